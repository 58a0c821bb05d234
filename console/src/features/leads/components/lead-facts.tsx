import { Stack } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { useQueryClient } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import type { Lead, LeadPatch } from '@/api/types'
import { InlineField, StaticField } from '@/components/ui/inline-field'
import { Section } from '@/components/ui/section'
import { MemberSelect } from '@/features/identity/components/member-select'
import { formatMoney, toMajor, toMinor, useFormat } from '@/lib/format'
import { explain, isProblem } from '@/lib/problem'
import { leadQuery, updateLead } from '../api/leads'

/** Saves one change of a lead; when somebody else was faster, shows their version first. */
export function useSaveLead(lead: Lead) {
  const client = useQueryClient()
  const key = leadQuery(lead.id).queryKey
  return async (patch: LeadPatch) => {
    try {
      client.setQueryData(key, await updateLead(lead.id, patch, lead.version))
      void client.invalidateQueries({ queryKey: ['leads'] })
    } catch (error) {
      if (isProblem(error, 'stale_version')) {
        await client.invalidateQueries({ queryKey: key })
        notifications.show({ color: 'yellow', title: 'Changed by somebody else', message: explain(error).advice })
      }
      throw error
    }
  }
}

export function LeadFacts({ lead, readOnly }: { lead: Lead; readOnly: boolean }) {
  const save = useSaveLead(lead)
  const format = useFormat()
  const currency = lead.value?.currency ?? format.currency
  const text = (label: string, field: keyof LeadPatch & keyof Lead, type?: 'email' | 'tel' | 'url', raw?: string | null) => (
    <InlineField key={field} label={label} field={field} type={type} readOnly={readOnly} value={String(lead[field] ?? raw ?? '')} onSave={value => save({ [field]: value || null })} />
  )
  return (
    <Stack gap="md">
      <Section title="Details">
        <Stack gap={2}>
          {text('First name', 'firstName')}
          {text('Last name', 'lastName')}
          {text('Company', 'company')}
          {text('Email', 'email', 'email')}
          {text('Phone', 'phone', 'tel', lead.phoneRaw)}
          {text('Email 2', 'email2', 'email')}
          {text('Phone 2', 'phone2', 'tel', lead.phone2Raw)}
          {text('Website', 'website', 'url')}
          {text('Country', 'country')}
          {text('Source', 'source')}
          <InlineField
            label="Value"
            field="value"
            type="number"
            readOnly={readOnly}
            value={lead.value ? String(toMajor(lead.value)) : ''}
            display={formatMoney(lead.value)}
            onSave={value => save({ value: value === '' ? null : { amount: toMinor(Number(value), currency), currency } })}
          />
          <InlineField label="Notes" field="notes" multiline readOnly={readOnly} value={lead.notes ?? ''} onSave={value => save({ notes: value || null })} />
        </Stack>
      </Section>
      <Section title="About this lead">
        <Stack gap={2}>
          <StaticField label="Score">{lead.score}</StaticField>
          {lead.lostReason && <StaticField label="Lost because">{lead.lostReason}</StaticField>}
          <StaticField label="Created">{format.dateTime(lead.createdAt)}</StaticField>
          <StaticField label="Updated">{format.relative(lead.updatedAt)}</StaticField>
          {lead.customerId && (
            <StaticField label="Customer">
              <Link to="/customers/$customerId" params={{ customerId: lead.customerId }} className="tl-link">
                Open customer
              </Link>
            </StaticField>
          )}
          {lead.importId && (
            <StaticField label="Import">
              <Link to="/imports/$importId" params={{ importId: lead.importId }} className="tl-link">
                Open import
              </Link>
            </StaticField>
          )}
          {Object.entries(lead.custom ?? {}).map(([key, value]) => (
            <StaticField key={key} label={key}>
              {typeof value === 'string' ? value : JSON.stringify(value)}
            </StaticField>
          ))}
        </Stack>
      </Section>
    </Stack>
  )
}

export function OwnerField({ lead, readOnly }: { lead: Lead; readOnly: boolean }) {
  const save = useSaveLead(lead)
  return (
    <MemberSelect
      aria-label="Owner"
      placeholder="Unassigned"
      size="sm"
      w={180}
      allowDeselect={false}
      readOnly={readOnly}
      value={lead.ownerId ?? null}
      onChange={value => {
        if (value && value !== lead.ownerId) {
          save({ ownerId: value }).catch((error: unknown) => {
            if (!isProblem(error, 'stale_version')) notifications.show({ color: 'red', title: explain(error).title, message: explain(error).advice })
          })
        }
      }}
    />
  )
}
