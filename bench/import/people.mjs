// The file that is imported: 1 of 100 rows has an address that is none and no phone number, 1 of 50 repeats a person of 25 rows before.
import { createWriteStream } from 'node:fs';
import { once } from 'node:events';

export async function writePeople(file, rows, mark) {
  const out = createWriteStream(file);
  out.write('First Name,Last Name,Company,Email,Phone,Country,Source,Notes\n');
  let created = 0, rejected = 0;
  for (let i = 0; i < rows; i++) {
    const twin = i % 50 === 49, bad = i % 100 === 7, who = twin ? i - 25 : i;
    if (bad) rejected++;
    else if (!twin) created++;
    const email = bad ? `nobody-${i}` : `${mark}.person${who}@example.com`;
    const line = `Ada${who % 97},Lovelace${who % 331},"Company ${who % 5000}, Ltd.",${email},${bad ? '' : `0151 ${phone(mark, who)}`},DE,Fair,"Met at the fair on day ${who % 5 + 1}; wants a call back, not an e-mail"\n`;
    if (!out.write(line)) await once(out, 'drain');
  }
  out.end();
  await once(out, 'finish');
  return { rows, created, duplicates: rows - created - rejected, rejected };
}

// A number of its own for every person of every file: a phone number tells who somebody is, too.
const series = new Map();
function phone(mark, i) {
  if (!series.has(mark)) series.set(mark, series.size);
  return String(10_000_000 + series.get(mark) * 1_000_000 + i);
}
