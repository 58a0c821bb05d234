/** What a new campaign begins with: every part shows how it is done and is meant to be overwritten. */
export const STARTER_HTML = `<h1>Hello {{#if firstName}}{{firstName}}{{else}}there{{/if}},</h1>

<p>write here what is in it for {{#if company}}{{company}}{{else}}the reader{{/if}}.</p>

<p><a href="https://example.com">One clear next step</a></p>

<p>Best regards</p>
`

export interface Variable {
  insert: string
  label: string
}

export const VARIABLES: Variable[] = [
  { insert: '{{firstName}}', label: 'First name' },
  { insert: '{{lastName}}', label: 'Last name' },
  { insert: '{{displayName}}', label: 'Full name' },
  { insert: '{{company}}', label: 'Company' },
  { insert: '{{email}}', label: 'Email' },
  { insert: '{{custom.field}}', label: 'Custom field' },
  { insert: '{{unsubscribeUrl}}', label: 'Unsubscribe link' },
  { insert: '{{#if firstName}}…{{else}}…{{/if}}', label: 'If there is a first name' },
]
