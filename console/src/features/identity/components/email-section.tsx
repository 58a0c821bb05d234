import { Button, Group, PasswordInput, Stack, Text, TextInput } from '@mantine/core'
import { useForm } from '@mantine/form'
import { notifications } from '@mantine/notifications'
import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import type { User } from '@/api/types'
import { Section } from '@/components/ui/section'
import { FormError } from '@/components/ui/states'
import { toFormErrors } from '@/lib/problem'
import { changeEmail, sendVerification } from '../api/account'

const FIELDS = ['email', 'password'] as const

export function EmailSection({ user }: { user: User }) {
  const [open, setOpen] = useState(false)
  const verify = useMutation({
    mutationFn: sendVerification,
    onSuccess: () => notifications.show({ title: 'Link sent', message: `Open it in the mailbox of ${user.email}. It works for 24 hours.` }),
  })
  return (
    <Section title="Email" note="You sign in with it, and messages about your account go there.">
      <Stack maw={460}>
        <Text>
          <strong style={{ fontWeight: 500 }}>{user.email}</strong>{' '}
          <Text span c="dimmed">
            {user.emailVerified ? 'confirmed' : 'not confirmed yet'}
          </Text>
        </Text>
        {open ? (
          <ChangeForm onClose={() => setOpen(false)} />
        ) : (
          <Group gap="xs">
            {!user.emailVerified && (
              <Button loading={verify.isPending} onClick={() => verify.mutate()}>
                Send a link to confirm it
              </Button>
            )}
            <Button variant="default" onClick={() => setOpen(true)}>
              Change address
            </Button>
          </Group>
        )}
      </Stack>
    </Section>
  )
}

function ChangeForm({ onClose }: { onClose: () => void }) {
  const form = useForm({
    initialValues: { email: '', password: '' },
    validate: { email: value => (/^\S+@\S+$/.test(value.trim()) ? null : 'Enter an email address'), password: value => (value ? null : 'Enter your password') },
  })
  const change = useMutation({
    meta: { showsError: true },
    mutationFn: changeEmail,
    onSuccess: (_, { email }) => {
      notifications.show({ title: 'Link sent', message: `The address changes when the link in the mailbox of ${email} is opened.` })
      onClose()
    },
    onError: error => form.setErrors(toFormErrors(error, FIELDS).fields),
  })
  return (
    <form onSubmit={form.onSubmit(values => change.mutate({ ...values, email: values.email.trim() }))} noValidate>
      <Stack gap="sm">
        <TextInput label="New email address" type="email" autoComplete="email" {...form.getInputProps('email')} />
        <PasswordInput label="Your password" autoComplete="current-password" {...form.getInputProps('password')} />
        <FormError message={change.error ? toFormErrors(change.error, FIELDS).rest : undefined} />
        <Group gap="xs">
          <Button type="submit" loading={change.isPending}>
            Send link to the new address
          </Button>
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
        </Group>
      </Stack>
    </form>
  )
}
