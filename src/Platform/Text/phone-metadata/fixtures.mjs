// Writes tests/Platform.Tests/Text/phones.tsv: numbers as people type them, and what libphonenumber-js makes of them.
// Run: npm ci && npm run fixtures
import { writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { Metadata, parsePhoneNumberWithError } from 'libphonenumber-js/core'
import metadata from 'libphonenumber-js/max/metadata'
import lib from 'libphonenumber-js/package.json' with { type: 'json' }

let seed = 20240607
const random = n => {
  seed = (Math.imul(seed ^ (seed >>> 15), 0x2c1b3c6d) + 0x6d2b79f5) | 0
  return ((seed ^ (seed >>> 13)) >>> 0) % n
}
const pick = list => list[random(list.length)]

// A text that a digits-only pattern of the metadata matches.
function sample(pattern) {
  let at = 0
  const alternatives = () => {
    const branches = [[]]
    while (at < pattern.length && pattern[at] !== ')') {
      if (pattern[at] === '|') { at++; branches.push([]) } else branches.at(-1).push(piece())
    }
    return () => pick(branches).map(make => make()).join('')
  }
  const piece = () => {
    let make
    if (pattern[at] === '(') {
      at += pattern.startsWith('(?:', at) ? 3 : 1
      make = alternatives()
      at++
    } else if (pattern[at] === '[') {
      const end = pattern.indexOf(']', at)
      const digits = []
      for (let i = at + 1; i < end; i++) {
        const from = +pattern[i]
        const to = pattern[i + 1] === '-' ? +pattern[(i += 2)] : from
        for (let d = from; d <= to; d++) digits.push(d)
      }
      at = end + 1
      make = () => String(pick(digits))
    } else if (pattern.startsWith('\\d', at)) {
      at += 2
      make = () => String(random(10))
    } else {
      const digit = pattern[at++]
      make = () => digit
    }
    let low = 1, high = 1
    if (pattern[at] === '?') { low = 0; at++ }
    const braces = /^\{(\d+)(?:,(\d+))?\}/.exec(pattern.slice(at))
    if (braces) { low = +braces[1]; high = +(braces[2] ?? braces[1]); at += braces[0].length }
    return () => Array.from({ length: low + random(high - low + 1) }, make).join('')
  }
  return alternatives()()
}

const plan = region => {
  const reader = new Metadata(metadata)
  reader.selectNumberingPlan(region)
  return reader.numberingPlan
}
const fits = (national, region) => {
  // See generate.mjs: Canada's seven-digit numbers are left out of regions.tsv.
  if (region === 'CA' && national.length !== 10) return false
  const p = plan(region)
  return p.possibleLengths().includes(national.length) && new RegExp(`^(?:${p.nationalNumberPattern()})$`).test(national)
}

function expected(text, country) {
  let p
  try { p = parsePhoneNumberWithError(text, { defaultCountry: country, extract: false }, metadata) } catch { return ['', ''] }
  const regions = metadata.country_calling_codes[p.countryCallingCode] ?? [p.countryCallingCode]
  if (p.number.length > 16 || !regions.some(region => fits(p.nationalNumber, region))) return ['', '']
  return [p.number, p.ext ?? '']
}

const spread = digits => digits.replace(/(\d{2,3})(?=\d{2})/g, `$1${pick([' ', '-', '.', '\u00a0', ' - ', '/', '\u2011'])}`)
const arabic = digits => digits.replace(/\d/g, d => String.fromCharCode(0x0660 + +d))
const wide = digits => digits.replace(/\d/g, d => String.fromCharCode(0xff10 + +d))

const rows = new Set()
const add = (text, country) => {
  if (/[\t\n\r]/.test(text)) return
  // Read as an international prefix by us wherever it stands, by libphonenumber only where it is dialled.
  if (text.startsWith('00') && plan(country).IDDPrefix() !== '00') return
  rows.add([text, country, ...expected(text, country)].join('\t'))
}

for (const region of Object.keys(metadata.countries)) {
  const p = plan(region)
  const code = p.callingCode()
  const trunk = p.nationalPrefix() ?? ''
  const exit = /^\d+$/.test(p.IDDPrefix() ?? '') ? p.IDDPrefix() : ''
  for (let round = 0; round < 4; round++) {
    const national = sample(p.nationalNumberPattern())
    let parsed
    try { parsed = parsePhoneNumberWithError('+' + code + national, metadata) } catch { continue }
    const extension = String(1 + random(99999))
    add('+' + code + national, region)
    add(parsed.formatInternational() + pick([' x', ' ext. ', ' ext ', '#', ';ext=', 'x']) + extension, region)
    add(parsed.formatNational(), region)
    add(spread(trunk + national), region)
    add(national, region)
    add(code + national, region)
    // Only the good ones: a (0) that breaks the number is dropped by us, refused by libphonenumber.
    const habit = `+${code} (${trunk}) ${spread(national)}`
    if (trunk && expected(habit, region)[0]) add(habit, region)
    if (exit) add(`${exit} ${code} ${spread(national)}`, region)
    add(round % 2 ? arabic(trunk + national) : wide('+' + code + national), region)
    // Wrong ones: a digit too many, one missing, one changed.
    add('+' + code + national + random(10), region)
    add(spread(trunk + national.slice(0, -1)), region)
    const changed = random(national.length)
    add(trunk + national.slice(0, changed) + random(10) + national.slice(changed + 1), region)
  }
}
for (const code of Object.keys(metadata.nonGeographic)) {
  const reader = new Metadata(metadata)
  reader.selectNumberingPlan(code)
  for (let round = 0; round < 4; round++) add('+' + code + sample(reader.numberingPlan.nationalNumberPattern()), 'US')
}

const head = `# Written by src/Platform/Text/phone-metadata/fixtures.mjs with libphonenumber-js ${lib.version}: typed, default country, E.164, extension.\n`
writeFileSync(fileURLToPath(new URL('../../../../tests/Platform.Tests/Text/phones.tsv', import.meta.url)), head + [...rows].join('\n') + '\n')
console.log(rows.size + ' numbers, ' + [...rows].filter(r => r.split('\t')[2]).length + ' of them good')
