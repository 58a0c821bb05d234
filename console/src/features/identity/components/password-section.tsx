import { Button, Group, PasswordInput, Stack } from '@mantine/core'
import { useForm } from '@mantine/form'
import { notifications } from '@mantine/notifications'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { Section } from '@/components/ui/section'
import { FormError } from '@/components/ui/states'
import { changePassword } from '@/lib/auth/session'
import { toFormErrors } from '@/lib/problem'
import { NewPassword, passwordProblem } from './new-password'

const FIELDS = ['currentPassword', 'newPassword'] as const

export function PasswordSection() {
  const client = useQueryClient()
  const form = useForm({
    initialValues: { currentPassword: '', newPassword: '' },
    validate: { currentPassword: value => (value ? null : 'Enter your present password'), newPassword: passwordProblem },
  })
  const change = useMutation({
    meta: { showsError: true },
    mutationFn: changePassword,
    onSuccess: () => {
      form.reset()
      notifications.show({ title: 'Password changed', message: 'All other devices are signed out.' })
      void client.invalidateQueries({ queryKey: ['identity'] })
    },
    onError: error => form.setErrors(toFormErrors(error, FIELDS).fields),
  })
  return (
    <Section title="Password" note="When you change it, all other devices are signed out.">
      <form onSubmit={form.onSubmit(values => change.mutate(values))} noValidate>
        <Stack maw={460} gap="sm">
          <PasswordInput label="Present password" autoComplete="current-password" {...form.getInputProps('currentPassword')} />
          <NewPassword label="New password" size="sm" {...form.getInputProps('newPassword')} />
          <FormError message={change.error ? toFormErrors(change.error, FIELDS).rest : undefined} />
          <Group>
            <Button type="submit" loading={change.isPending} disabled={!form.isDirty()}>
              Change password
            </Button>
          </Group>
        </Stack>
      </form>
    </Section>
  )
}
