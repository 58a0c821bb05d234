import { NumberInput, Radio, Stack, TextInput } from '@mantine/core'
import { Section } from '@/components/ui/section'
import { formatDateTime, instantToZoned, useFormat, zonedToInstant } from '@/lib/format'
import classes from '../screens/compose.module.css'
import type { Draft } from '../use-draft'
import { TestSend } from './test-send'

/** The next full hour is a better first guess than an empty field. */
const nextHour = () => new Date(Math.ceil((Date.now() + 1) / 3_600_000) * 3_600_000).toISOString()

export function DeliveryStep({ draft, readOnly }: { draft: Draft; readOnly: boolean }) {
  const { fields, change } = draft
  const { zone } = useFormat()
  const late = Boolean(fields.scheduleAt && Date.parse(fields.scheduleAt) < Date.now())
  return (
    <div className={classes.padded}>
      <Stack maw={620}>
        <Section title="When">
          <Stack gap="sm">
            <Radio.Group aria-label="When to send" value={fields.scheduleAt ? 'later' : 'now'} onChange={value => change({ scheduleAt: value === 'later' ? nextHour() : null })}>
              <Stack gap="xs">
                <Radio value="now" disabled={readOnly} label="As soon as I start it" />
                <Radio value="later" disabled={readOnly} label="At a set time" />
              </Stack>
            </Radio.Group>
            {fields.scheduleAt && (
              <TextInput
                type="datetime-local"
                label="Start at"
                description={`In the workspace’s zone, ${zone}. Now it is ${formatDateTime(new Date(), zone)} there.`}
                error={late ? 'This time has passed' : undefined}
                readOnly={readOnly}
                value={instantToZoned(fields.scheduleAt, zone)}
                onChange={event => {
                  const at = zonedToInstant(event.currentTarget.value, zone)
                  if (at) change({ scheduleAt: at })
                }}
              />
            )}
          </Stack>
        </Section>
        <Section title="How fast" note="A slower pace is kinder to a young sending domain and to whoever answers the replies.">
          <NumberInput
            label="Messages per minute, at most"
            placeholder="As fast as possible"
            min={1}
            max={100_000}
            allowDecimal={false}
            thousandSeparator=" "
            readOnly={readOnly}
            value={fields.throttlePerMinute ?? ''}
            onChange={value => change({ throttlePerMinute: value === '' ? null : Number(value) })}
            maw={260}
          />
        </Section>
        <TestSend draft={draft} />
      </Stack>
    </div>
  )
}
