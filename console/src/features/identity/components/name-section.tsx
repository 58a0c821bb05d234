import { Button, Group, Stack, TextInput } from '@mantine/core'
import { useForm } from '@mantine/form'
import { notifications } from '@mantine/notifications'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import type { User } from '@/api/types'
import { Section } from '@/components/ui/section'
import { FormError } from '@/components/ui/states'
import { refresh } from '@/lib/auth/session'
import { toFormErrors } from '@/lib/problem'
import { changeName } from '../api/account'

export function NameSection({ user }: { user: User }) {
  const client = useQueryClient()
  const form = useForm({ initialValues: { name: user.name }, validate: { name: value => (value.trim() ? null : 'Enter your name') } })
  const save = useMutation({
    meta: { showsError: true },
    mutationFn: changeName,
    onSuccess: async () => {
      form.resetDirty(form.values)
      // The session carries the name to every screen.
      await refresh()
      void client.invalidateQueries({ queryKey: ['identity'] })
      notifications.show({ message: 'Name saved' })
    },
    onError: error => form.setErrors(toFormErrors(error, ['name']).fields),
  })
  return (
    <Section title="Your name" note="As colleagues see it, in every workspace.">
      <form onSubmit={form.onSubmit(values => save.mutate(values.name.trim()))} noValidate>
        <Stack maw={460} gap="sm">
          <TextInput label="Name" autoComplete="name" {...form.getInputProps('name')} />
          <FormError message={save.error ? toFormErrors(save.error, ['name']).rest : undefined} />
          <Group>
            <Button type="submit" loading={save.isPending} disabled={!form.isDirty()}>
              Save name
            </Button>
          </Group>
        </Stack>
      </form>
    </Section>
  )
}
