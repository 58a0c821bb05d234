// The same message as in Campaign.cs.
import Handlebars from 'handlebars';

const paragraph =
  'We are glad that {{company}} is with us. {{agent.name}} looks after you and has kept a place for {{employees}} people in the next round of the course. ';
const words = paragraph.repeat(6);

export const html = Handlebars.compile(
  '<!doctype html><html><head><style>' + '.c{font:16px/1.5 sans-serif;color:#222;margin:0;padding:8px}'.repeat(20) +
  '</style></head><body><h1>Hi {{firstName}} {{lastName}},</h1><p>' + words + '</p>{{#if vip}}<p><b>You come first.</b></p>{{/if}}<table>' +
  '{{#each items}}<tr><td>{{name}}</td><td>{{price}}</td><td><a href="https://t.example.com/c/{{../mid}}/{{@index}}">View</a></td></tr>{{/each}}' +
  '</table><p>' + words + '</p><a href="https://t.example.com/u/{{mid}}">Unsubscribe</a><img src="https://t.example.com/o/{{mid}}.gif"></body></html>');
export const text = Handlebars.compile(
  'Hi {{firstName}} {{lastName}},\n\n' + words + '\n{{#each items}}- {{name}}: {{price}}\n{{/each}}\nUnsubscribe: https://t.example.com/u/{{mid}}\n', { noEscape: true });
export const subject = Handlebars.compile('{{firstName}}, a place for {{employees}} people of {{company}}', { noEscape: true });

export const data = i => ({
  mid: crypto.randomUUID().replaceAll('-', ''),
  firstName: 'Ada' + i % 97,
  lastName: 'Lovelace',
  company: 'Acme ' + i % 31,
  employees: i % 500,
  vip: i % 5 === 0,
  agent: { name: 'Grace Hopper' },
  items: [0, 1, 2, 3].map(k => ({ name: 'Item ' + (i + k) % 50, price: '$' + (9 + k * 10) + '.00' })),
});
