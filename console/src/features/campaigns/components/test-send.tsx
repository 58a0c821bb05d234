import { Button, Group, Stack, TagsInput, Text } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { useMutation } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { Send } from 'lucide-react'
import { useState } from 'react'
import { Section } from '@/components/ui/section'
import { FormError } from '@/components/ui/states'
import { LeadSelect } from '@/features/leads/components/lead-select'
import { useSession } from '@/lib/auth/permissions'
import { plural } from '@/lib/format'
import { toFormErrors } from '@/lib/problem'
import { sendTest } from '../api/campaigns'
import type { Draft } from '../use-draft'

const AT_MOST = 5

export function TestSend({ draft }: { draft: Draft }) {
  const { user } = useSession()
  const [to, setTo] = useState([user.email])
  const [leadId, setLeadId] = useState<string | null>(null)
  const send = useMutation({
    meta: { showsError: true },
    mutationFn: async () => {
      if (!(await draft.flush())) throw draft.error ?? new Error('The draft could not be saved.')
      await sendTest(draft.fields.id, { to, ...(leadId ? { leadId } : {}) })
    },
    onSuccess: () => notifications.show({ title: 'Test on its way', message: `To ${plural(to.length, 'address', 'addresses')}. In sandbox delivery it lands in the sandbox inbox.` }),
  })
  const wrong = to.find(address => !/^\S+@\S+\.\S+$/.test(address))
  return (
    <Section title="Test message" note="Real rendering, real delivery, to you and at most four others. It does not count in the numbers.">
      <Stack gap="sm">
        <TagsInput label="Send to" maxTags={AT_MOST} value={to} onChange={setTo} splitChars={[',', ';', ' ']} error={wrong ? `${wrong} is not an email address` : undefined} />
        <LeadSelect label="As if it were for" placeholder="An example person" value={leadId} onChange={setLeadId} />
        <FormError message={send.error ? toFormErrors(send.error, []).rest : undefined} />
        <Group justify="space-between">
          <Text size="xs" c="dimmed">
            <Link to="/sandbox" className="tl-link">
              Open the sandbox inbox
            </Link>
          </Text>
          <Button variant="default" leftSection={<Send size={14} />} loading={send.isPending} disabled={to.length === 0 || Boolean(wrong)} onClick={() => send.mutate()}>
            Send test
          </Button>
        </Group>
      </Stack>
    </Section>
  )
}
