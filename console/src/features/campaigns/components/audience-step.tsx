import { Loader, Stack, Text } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import type { Audience, AudiencePreview } from '@/api/types'
import { Section } from '@/components/ui/section'
import { ErrorState, Lines } from '@/components/ui/states'
import { formatNumber, plural, useFormat } from '@/lib/format'
import { audienceQuery } from '../api/campaigns'
import { toAudience, toConditions, type Condition } from '../audience'
import classes from '../screens/compose.module.css'
import type { Draft } from '../use-draft'
import { ConditionList } from './condition-list'

export function AudienceStep({ draft, readOnly }: { draft: Draft; readOnly: boolean }) {
  const { zone } = useFormat()
  const [include, setInclude] = useState(() => toConditions(draft.fields.audience?.leadFilter, zone))
  const [exclude, setExclude] = useState(() => toConditions(draft.fields.audience?.exclude, zone))
  const change = (next: { include?: Condition[]; exclude?: Condition[] }) => {
    if (next.include) setInclude(next.include)
    if (next.exclude) setExclude(next.exclude)
    draft.change({ audience: toAudience(next.include ?? include, next.exclude ?? exclude, zone) })
  }
  return (
    <div className={`${classes.padded} ${classes.split}`}>
      <Stack gap="md">
        <Section title="Who gets it" note={include.length === 0 ? 'Everybody. Add conditions to narrow it down; all of them must hold.' : 'People for whom all of these hold.'}>
          <ConditionList name="Include" conditions={include} onChange={next => change({ include: next })} readOnly={readOnly} />
        </Section>
        <Section title="Who is left out" note="In addition to people who unsubscribed, bounced or gave no consent: those are always left out.">
          <ConditionList name="Exclude" conditions={exclude} onChange={next => change({ exclude: next })} readOnly={readOnly} />
        </Section>
      </Stack>
      <AudiencePanel audience={toAudience(include, exclude, zone)} />
    </div>
  )
}

export function AudiencePanel({ audience }: { audience: Audience }) {
  const [text] = useDebouncedValue(JSON.stringify(audience), 350)
  const preview = useQuery(audienceQuery(JSON.parse(text)))
  return (
    <Section title="Audience now" actions={preview.isFetching ? <Loader size={14} aria-label="Counting" /> : undefined}>
      {preview.error && !preview.data ? <ErrorState compact error={preview.error} onRetry={() => void preview.refetch()} /> : preview.data ? <Numbers data={preview.data} /> : <Lines count={5} />}
    </Section>
  )
}

const REASONS = { noEmail: 'No email address', suppressed: 'Unsubscribed or bounced', noConsent: 'No consent', duplicate: 'Same person twice' } as const

function Numbers({ data }: { data: AudiencePreview }) {
  return (
    <Stack gap="md">
      <div role="status">
        <div className={classes.big}>
          {formatNumber(data.reachable)}
          {data.partial && '+'}
        </div>
        <Text size="sm" c="dimmed">
          {data.reachable === 1 ? 'person gets' : 'people get'} the message
        </Text>
      </div>
      <dl className={classes.breakdown}>
        <div>
          <dt>Leads that match</dt>
          <dd>{formatNumber(data.leads)}</dd>
        </div>
        {Object.entries(REASONS).map(([key, text]) => {
          const count = data.excluded[key as keyof typeof REASONS] ?? 0
          return (
            <div key={key}>
              <dt>{text}</dt>
              <dd>{count ? `−${formatNumber(count)}` : '0'}</dd>
            </div>
          )
        })}
      </dl>
      {data.sample.length > 0 && (
        <div>
          <Text size="xs" fw={500} c="dimmed" mb={8}>
            For example
          </Text>
          <ul className={classes.sample}>
            {data.sample.slice(0, 5).map(person => (
              <li key={person.leadId}>
                <div className="tl-truncate">{person.displayName}</div>
                <div className="tl-truncate" style={{ color: 'var(--tl-ink-2)', fontSize: 12 }}>
                  {person.email}
                </div>
              </li>
            ))}
          </ul>
          {data.reachable > data.sample.length && (
            <Text size="xs" c="dimmed" mt={8}>
              and {plural(data.reachable - Math.min(5, data.sample.length), 'other')}
            </Text>
          )}
        </div>
      )}
      {data.partial && (
        <Text size="sm" c="dimmed">
          The audience is large: this counts its first {formatNumber(data.leads)} leads. Everybody is counted when the campaign starts.
        </Text>
      )}
      {data.reachable === 0 && <Text size="sm">Nobody would get this. Loosen the conditions.</Text>}
    </Stack>
  )
}
