import { Button, Group, Stack } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { Calendar, CircleAlert, CircleCheck, Send, TriangleAlert } from 'lucide-react'
import { useConfirm } from '@/components/ui/confirm'
import { Facts, Section } from '@/components/ui/section'
import { FormError } from '@/components/ui/states'
import { brandsQuery } from '@/features/brands/api/brands'
import { deliveryQuery } from '@/features/notifications/api/notifications'
import { useCan } from '@/lib/auth/permissions'
import { formatDuration, formatNumber, plural, useFormat } from '@/lib/format'
import { explain } from '@/lib/problem'
import { actOnCampaign, audienceQuery, campaignQuery, previewQuery, scheduleCampaign } from '../api/campaigns'
import { describe, toConditions } from '../audience'
import type { ComposeStep } from '../routes'
import classes from '../screens/compose.module.css'
import type { Draft } from '../use-draft'
import { AudiencePanel } from './audience-step'
import { useConditionOptions } from './condition-list'

interface Finding {
  level: 'stop' | 'warn' | 'good'
  text: string
  step?: ComposeStep
}

export function ReviewStep({ draft, onStep }: { draft: Draft; onStep: (step: ComposeStep) => void }) {
  const { fields } = draft
  const format = useFormat()
  const options = useConditionOptions()
  const brand = useQuery(brandsQuery).data?.find(entry => entry.id === fields.brandId)
  const audience = useQuery(audienceQuery(fields.audience))
  const { findings, ready } = useFindings(draft)
  const named = (conditions: ReturnType<typeof toConditions>) => describe(conditions, (field, value) => options[field].find(option => option.value === value)?.label ?? value)
  const include = named(toConditions(fields.audience.leadFilter, format.zone))
  const exclude = named(toConditions(fields.audience.exclude, format.zone))
  const minutes = fields.throttlePerMinute && audience.data ? audience.data.reachable / fields.throttlePerMinute : undefined
  return (
    <div className={`${classes.padded} ${classes.split}`}>
      <Stack gap="md">
        <Section title="Ready?">
          <Stack gap={8}>
            {findings.map(finding => (
              <Group key={finding.text} gap={8} wrap="nowrap" align="flex-start" style={{ fontSize: 13 }}>
                <Mark level={finding.level} />
                <span style={{ flex: 1 }}>{finding.text}</span>
                {finding.step && (
                  <Button size="xs" variant="subtle" color="gray" onClick={() => onStep(finding.step!)}>
                    Fix
                  </Button>
                )}
              </Group>
            ))}
          </Stack>
        </Section>
        <Section title="Summary">
          <Facts
            items={[
              ['Name', fields.name],
              ['Subject', fields.subject],
              ['From', brand ? `${brand.sender.fromName} <${brand.sender.fromEmail}>` : '…'],
              ['Brand', brand?.name],
              ['Who gets it', include ? `Leads whose ${include}` : 'All leads'],
              exclude ? ['Left out', `Leads whose ${exclude}`] : null,
              ['When', fields.scheduleAt ? format.dateTime(fields.scheduleAt) : 'As soon as you start it'],
              ['Pace', fields.throttlePerMinute ? `${formatNumber(fields.throttlePerMinute)} a minute${minutes ? `, about ${formatDuration(minutes * 60)} in all` : ''}` : 'As fast as possible'],
            ]}
          />
        </Section>
        <Launch draft={draft} ready={ready} reachable={audience.data?.reachable ?? 0} />
      </Stack>
      <AudiencePanel audience={fields.audience} />
    </div>
  )
}

function Mark({ level }: { level: Finding['level'] }) {
  if (level === 'stop') return <CircleAlert size={16} color="var(--tl-red)" aria-label="Must be fixed" style={{ flex: 'none', marginTop: 2 }} />
  if (level === 'warn') return <TriangleAlert size={16} color="var(--tl-amber)" aria-label="Take note" style={{ flex: 'none', marginTop: 2 }} />
  return <CircleCheck size={16} color="var(--tl-green)" aria-label="Fine" style={{ flex: 'none', marginTop: 2 }} />
}

function useFindings({ fields }: Draft): { findings: Finding[]; ready: boolean } {
  const brand = useQuery(brandsQuery).data?.find(entry => entry.id === fields.brandId)
  const audience = useQuery(audienceQuery(fields.audience))
  const preview = useQuery(previewQuery({ brandId: fields.brandId, subject: fields.subject, preheader: fields.preheader || undefined, html: fields.html, text: fields.text || undefined }))
  const delivery = useQuery({ ...deliveryQuery, enabled: useCan('notifications:read') }).data
  const findings: Finding[] = []
  const add = (level: Finding['level'], text: string, step?: ComposeStep) => findings.push({ level, text, step })

  if (!fields.subject.trim()) add('stop', 'There is no subject line.', 'content')
  if (!fields.html.trim()) add('stop', 'The message is empty.', 'content')
  for (const problem of preview.data?.problems ?? []) add('stop', `${problem.where}: ${problem.message}`, 'content')
  if (preview.error) add('stop', `The message cannot be rendered. ${explain(preview.error).advice ?? ''}`, 'content')
  else if (preview.data?.problems.length === 0 && fields.subject.trim() && fields.html.trim()) add('good', 'The message renders without problems.')
  if (brand && !brand.postalAddress) add('stop', `${brand.name} has no postal address, which every commercial mail must carry.`)
  if (audience.data) {
    if (audience.data.reachable === 0) add('stop', 'Nobody would get this message.', 'audience')
    else add('good', `${plural(audience.data.reachable, 'person', 'people')} will get it; opt-outs and duplicates are left out.`)
  }
  if (fields.scheduleAt && Date.parse(fields.scheduleAt) < Date.now()) add('stop', 'The set time has passed.', 'delivery')
  if (delivery?.mode === 'sandbox') add('warn', 'Delivery is in sandbox mode: messages are captured, nobody outside gets them.')
  if (delivery?.mode === 'smtp' && !delivery.healthy) add('warn', `The mail server ${delivery.host ?? ''} does not answer at the moment. Messages will wait.`)
  return { findings, ready: Boolean(audience.data && preview.data) && findings.every(finding => finding.level !== 'stop') }
}

function Launch({ draft, ready, reachable }: { draft: Draft; ready: boolean; reachable: number }) {
  const { fields } = draft
  const format = useFormat()
  const client = useQueryClient()
  const confirm = useConfirm()
  const navigate = useNavigate()
  const maySend = useCan('campaigns:send')
  const start = useMutation({
    meta: { showsError: true },
    mutationFn: async () => {
      if (!(await draft.flush())) throw draft.error ?? new Error('The draft could not be saved.')
      return fields.scheduleAt ? scheduleCampaign(fields.id, fields.scheduleAt) : actOnCampaign(fields.id, 'start')
    },
    onSuccess: async campaign => {
      await navigate({ to: '/campaigns/$campaignId', params: { campaignId: fields.id } })
      client.setQueryData(campaignQuery(fields.id).queryKey, campaign)
      void client.invalidateQueries({ queryKey: ['campaigns'] })
    },
  })
  const ask = async () => {
    const people = plural(reachable, 'person', 'people')
    const yes = await confirm(
      fields.scheduleAt
        ? { title: 'Schedule this campaign?', body: `About ${people} will get “${fields.subject}” from ${format.dateTime(fields.scheduleAt)} on. Until then you can still cancel it.`, confirm: 'Schedule campaign' }
        : { title: `Send to ${people} now?`, body: `“${fields.subject}” starts going out at once. You can pause it, but what is out is out.`, confirm: `Send to ${people}` },
    )
    if (yes) start.mutate()
  }
  if (!maySend) return <FormError message="Your role can prepare campaigns but not start them. Ask a manager to start this one." />
  return (
    <Stack gap="xs">
      <FormError message={start.error ? (explain(start.error).advice ?? explain(start.error).title) : undefined} traceId={start.error ? explain(start.error).traceId : undefined} />
      <Group justify="flex-end">
        <Button size="md" disabled={!ready} loading={start.isPending} leftSection={fields.scheduleAt ? <Calendar size={15} /> : <Send size={15} />} onClick={() => void ask()}>
          {fields.scheduleAt ? 'Schedule campaign' : 'Start campaign'}
        </Button>
      </Group>
    </Stack>
  )
}
