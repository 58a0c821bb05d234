// Writes regions.tsv, the numbering plans that PhoneNumber embeds, from the metadata of libphonenumber.
// Run: npm ci && npm run generate
import { writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { Metadata } from 'libphonenumber-js/core'
import metadata from 'libphonenumber-js/max/metadata'
import lib from 'libphonenumber-js/package.json' with { type: 'json' }

const columns = ['region', 'callingCode', 'main', 'internationalPrefix', 'nationalPrefix', 'transform', 'lengths', 'pattern']
const lines = [
  '# Numbering plans: data of libphonenumber (Google, Apache License 2.0) by way of libphonenumber-js ' + lib.version + '.',
  '# Written by generate.mjs; do not edit. Columns: ' + columns.join(', ') + '.',
]

const plans = []
for (const [callingCode, regions] of Object.entries(metadata.country_calling_codes)) {
  // libphonenumber lists the main region of a shared calling code first.
  regions.forEach((region, index) => plans.push({ region, callingCode, main: index === 0 }))
}
for (const callingCode of Object.keys(metadata.nonGeographic)) plans.push({ region: '001', callingCode, main: true })
plans.sort((a, b) => a.callingCode.localeCompare(b.callingCode) || b.main - a.main || a.region.localeCompare(b.region))

// Canada's seven digits are the 310-xxxx numbers, which cannot be dialled from outside; with them allowed, every local
// number without its area code (345-6789) would pass for a complete one.
function lengths(region, plan) {
  return region === 'CA' ? [10] : plan.possibleLengths()
}

for (const { region, callingCode, main } of plans) {
  const reader = new Metadata(metadata)
  reader.selectNumberingPlan(region === '001' ? callingCode : region)
  const plan = reader.numberingPlan
  lines.push([
    region, callingCode, main ? '1' : '0',
    plan.IDDPrefix() || '', plan.nationalPrefixForParsing() || '', plan.nationalPrefixTransformRule() || '',
    lengths(region, plan).join(','), plan.nationalNumberPattern(),
  ].join('\t'))
}
writeFileSync(fileURLToPath(new URL('./regions.tsv', import.meta.url)), lines.join('\n') + '\n')
console.log(plans.length + ' plans')
