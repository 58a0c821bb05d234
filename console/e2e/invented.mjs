// People who do not exist, the same ones each time.
const FIRST = ['Anna', 'Ben', 'Clara', 'David', 'Elif', 'Felix', 'Greta', 'Hamza', 'Ida', 'Jonas', 'Katarina', 'Luca', 'Mila', 'Noah', 'Olga', 'Paul', 'Rosa', 'Samir', 'Tessa', 'Yusuf']
const LAST = ['Albrecht', 'Brandt', 'Castelli', 'Dvořák', 'Eriksen', 'Fischer', 'Gómez', 'Hoffmann', 'Ivanova', 'Jansen', 'Kowalski', 'Lindgren', 'Meyer', 'Novák', 'Østergaard', 'Petit', 'Rossi', 'Schäfer', 'Tanaka', 'Weber']
const FIRMS = ['Backhaus', 'Dachwerk', 'Elbe Logistik', 'Fjord Foods', 'Gartenbau', 'Hafenhotel', 'Isar Metall', 'Kranich Druck', 'Lichtwerk', 'Nordwand']
const FORMS = ['GmbH', 'AG', 'KG', 'Ltd', 'A/S']
const SOURCES = ['Referral', 'Website', 'Trade fair', 'Cold Call', 'Cold Email', 'Partner']
const STAGES = ['New', 'New', 'New', 'Contacted', 'Qualified', 'Proposal']

const pick = (list, n) => list[n % list.length]
const plain = text => text.normalize('NFD').replace(/[^a-zA-Z]/g, '').toLowerCase()

export function inventedLeads(count) {
  const rows = Array.from({ length: count }, (_, i) => {
    const [first, last, firm] = [pick(FIRST, i * 7), pick(LAST, Math.floor(i / 20) + i * 3), `${pick(FIRMS, i * 11 + Math.floor(i / 50))} ${pick(FORMS, i)}`]
    return [first, last, firm, `${plain(first)}.${plain(last)}${i}@example.com`, `+49 30 ${String(1_000_000 + i * 7_919).slice(0, 7)}`, pick(SOURCES, i * 5 + Math.floor(i / 6)), pick(STAGES, i * 13 + Math.floor(i / 9))].join(',')
  })
  return Buffer.from(['First Name,Last Name,Company,Email,Phone,Source,Stage', ...rows].join('\r\n'))
}
