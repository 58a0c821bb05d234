// Writes composition.tsv (what Nfc needs) and ../countries/names.tsv from the Unicode data inside Node.js.
// Run: node generate.mjs
import { mkdirSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const file = name => fileURLToPath(new URL(name, import.meta.url))
const hex = c => c.codePointAt(0).toString(16)

// Canonical composition: every character that NFC builds from two others. Hangul is composed by arithmetic.
const pairs = []
const marks = new Map()
for (let code = 0x80; code < 0x20000; code++) {
  if (code >= 0xd800 && code < 0xe000 || code >= 0xac00 && code < 0xd7a4) continue
  const c = String.fromCodePoint(code)
  const parts = [...c.normalize('NFD')]
  if (parts.length > 1) {
    const [last] = parts.slice(-1)
    const head = parts.slice(0, -1).join('').normalize('NFC')
    if ([...head].length === 1 && (head + last).normalize('NFC') === c) pairs.push(['C', hex(head), hex(last), hex(c)])
  }
  const composed = c.normalize('NFC')
  if (composed !== c) pairs.push(['S', hex(c), [...composed].map(hex).join(' ')])
}

// Combining classes, found by asking the normaliser which of two marks it sorts first: no API tells them directly.
const combining = []
for (let code = 0x300; code < 0x20000; code++) {
  if (code >= 0xd800 && code < 0xe000) continue
  const c = String.fromCodePoint(code)
  if (/\p{M}/u.test(c) && c.normalize('NFD') === c) combining.push(c)
}
const sortsBefore = (a, b) => ('x' + b + a).normalize('NFD') === 'x' + a + b
const known = []                                       // one character per class, lowest class first
for (const c of combining) {
  // Class 0 marks are never moved: neither before U+0345 (class 240) nor after U+0334 (class 1).
  if (c !== '\u0345' && !sortsBefore(c, '\u0345') && c !== '\u0334' && !sortsBefore('\u0334', c)) continue
  let at = known.findIndex(group => !sortsBefore(group[0], c))
  if (at < 0) known.push([c])
  else if (sortsBefore(c, known[at][0])) known.splice(at, 0, [c])
  else known[at].push(c)
}
known.forEach((group, index) => group.forEach(c => marks.set(c, index + 1)))

const lines = [
  `# Canonical composition, from the Unicode Character Database ${process.versions.unicode} (Unicode License v3). Written by generate.mjs.`,
  '# C first second composed | S character and what always stands for it | M mark, rank of its combining class',
  ...pairs.map(p => p.join('\t')),
  ...[...marks].sort((a, b) => a[0].codePointAt(0) - b[0].codePointAt(0)).map(([c, rank]) => `M\t${hex(c)}\t${rank}`),
]
writeFileSync(file('./composition.tsv'), lines.join('\n') + '\n')

// Names of countries as people write them in a column: five languages, short and long.
const languages = ['en', 'de', 'fr', 'es', 'sv']
const extra = { GB: ['UK', 'Great Britain', 'England', 'Scotland', 'Wales', 'Northern Ireland'], US: ['USA', 'U.S.A.', 'U.S.', 'United States of America', 'America'],
  NL: ['Holland', 'The Netherlands'], CZ: ['Czech Republic'], RU: ['Russian Federation'], KR: ['Korea', 'Republic of Korea'], AE: ['UAE'], CH: ['Schweiz'],
  VN: ['Viet Nam'], TR: ['Turkey'], MK: ['Macedonia'], CI: ['Ivory Coast'], BA: ['Bosnia'], CD: ['DR Congo'], LA: ['Laos'], IR: ['Iran'], SY: ['Syria'] }
const rows = ['# ISO 3166 alpha-2 code and names, from CLDR ' + process.versions.cldr + ' (Unicode License v3). Written by ../unicode/generate.mjs.']
const display = Object.fromEntries(languages.flatMap(l => ['long', 'short'].map(style => [l + style, new Intl.DisplayNames([l], { type: 'region', style, fallback: 'none' })])))
// Codes that ISO 3166 reserves or withdrew.
const notCountries = new Set('AC CP CQ DG EA EU EZ IC QO TA UN XA XB ZZ UK'.split(' '))
for (let a = 65; a < 91; a++) for (let b = 65; b < 91; b++) {
  const code = String.fromCharCode(a, b)
  if (notCountries.has(code)) continue
  const names = new Set(Object.values(display).map(d => d.of(code)).filter(name => name?.length > 2))
  if (names.size === 0 || Intl.getCanonicalLocales('und-' + code)[0] !== 'und-' + code) continue
  for (const name of extra[code] ?? []) names.add(name)
  rows.push([code, ...names].join('\t'))
}
mkdirSync(file('../countries'), { recursive: true })
writeFileSync(file('../countries/names.tsv'), rows.join('\n') + '\n')
// What the tests compare Nfc with: marks in every order, decomposed text, Hangul, characters that never compose.
const letters = [...'aeoucnsAEOUzZdlıΩωиअক가각'].concat(pairs.filter(p => p[0] === 'C').map(p => String.fromCodePoint(parseInt(p[3], 16))))
let seed = 7
const random = n => { seed = Math.imul(seed, 1103515245) + 12345 & 0x7fffffff; return (seed >>> 8) % n }
const cases = []
for (let i = 0; i < 4000; i++) {
  let text = ''
  for (let part = 0; part <= random(3); part++) {
    text += letters[random(letters.length)].normalize(random(2) ? 'NFD' : 'NFC')
    for (let n = random(4); n > 0; n--) text += combining[random(random(2) ? 100 : combining.length)]
  }
  const shown = t => [...t].map(hex).join(' ')
  cases.push(shown(text) + '\t' + shown(text.normalize('NFC')))
}
for (const p of pairs.filter(p => p[0] === 'S')) cases.push(p[1] + '\t' + p[2])
writeFileSync(file('../../../../tests/Platform.Tests/Text/composition.tsv'), '# Code points of a text, and of its NFC. Written by src/Platform/Text/unicode/generate.mjs.\n' + cases.join('\n') + '\n')

console.log(pairs.length + ' compositions, ' + marks.size + ' marks in ' + known.length + ' classes, ' + (rows.length - 1) + ' countries')
