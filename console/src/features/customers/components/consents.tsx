import { Select, Stack, Text } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import type { Consent, ConsentState, Customer } from '@/api/types'
import { useConfirm } from '@/components/ui/confirm'
import { Section } from '@/components/ui/section'
import { Loaded } from '@/components/ui/states'
import { label } from '@/components/ui/status-badge'
import { useCan } from '@/lib/auth/permissions'
import { useFormat } from '@/lib/format'
import { consentsQuery, setConsent } from '../api/customers'


/** A statement can be given or refused; that nothing is known cannot be stated. */
const STATES: { value: ConsentState; label: string; disabled?: boolean }[] = [
  { value: 'granted', label: 'Given' },
  { value: 'denied', label: 'Refused' },
  { value: 'unknown', label: 'Not known', disabled: true },
]

/** Channels nothing is recorded for are shown as not known, so that a consent given by phone can be noted. */
function withAllChannels(consents: Consent[], customer: Customer): Consent[] {
  const reachable = [...(customer.emails.length ? ['email'] : []), ...(customer.phones.length ? ['sms'] : [])]
  const missing = reachable.filter(channel => consents.every(consent => consent.channel !== channel))
  return [...consents, ...missing.map(channel => ({ channel, state: 'unknown' as const }))]
}

export function Consents({ customer }: { customer: Customer }) {
  const client = useQueryClient()
  const confirm = useConfirm()
  const format = useFormat()
  const mayWrite = useCan('customers:write')
  const consents = useQuery(consentsQuery(customer.id))
  const change = useMutation({
    mutationFn: ({ consent, state }: { consent: Consent; state: ConsentState }) =>
      setConsent(customer.id, { channel: consent.channel, ...(consent.topic ? { topic: consent.topic } : {}), state, ...(state === 'granted' ? { wording: 'Recorded by hand in the console' } : {}) }),
    onSuccess: () => notifications.show({ message: 'Consent recorded' }),
    onSettled: () => client.invalidateQueries({ queryKey: ['customers'] }),
  })
  const choose = async (consent: Consent, state: ConsentState) => {
    if (state === consent.state) return
    const yes =
      state !== 'granted' ||
      (await confirm({ title: 'Record consent?', body: `You state that ${customer.displayName} agreed to be contacted by ${label(consent.channel)}. Your name and the time are kept as evidence.`, confirm: 'Record consent' }))
    if (yes) change.mutate({ consent, state })
  }
  return (
    <Section title="Consent" note="Decides whether campaigns may reach this person.">
      <Loaded query={consents} compact>
        {list => (
          <Stack gap="sm">
            {withAllChannels(list, customer).map(consent => (
              <div key={`${consent.channel} ${consent.topic ?? ''} ${consent.address ?? ''}`}>
                <Select
                  label={`${label(consent.channel)}${consent.topic ? `, ${consent.topic}` : ''}`}
                  allowDeselect={false}
                  readOnly={!mayWrite}
                  data={STATES}
                  value={consent.state}
                  onChange={state => void choose(consent, state as ConsentState)}
                />
                {(consent.address || consent.at) && (
                  <Text size="xs" c="dimmed" mt={4}>
                    {[consent.address, consent.source && `by ${consent.source}`, consent.at && format.date(consent.at)].filter(Boolean).join(' · ')}
                  </Text>
                )}
              </div>
            ))}
          </Stack>
        )}
      </Loaded>
    </Section>
  )
}
