import { Button, Stack, TextInput } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import { FormError } from '@/components/ui/states'
import { signOut, switchTenant } from '@/lib/auth/session'
import { toFormErrors } from '@/lib/problem'
import { createTenant } from '../api/identity'
import { AuthLayout } from './auth-layout'

/** For somebody who has left, or was removed from, every workspace they were in. */
export function NoWorkspace() {
  const [name, setName] = useState('')
  const create = useMutation({
    meta: { showsError: true },
    mutationFn: async () => switchTenant((await createTenant(name.trim())).id),
  })
  const errors = create.error ? toFormErrors(create.error, ['name']) : undefined
  return (
    <AuthLayout
      title="You are in no workspace"
      lead="Open the link in an invitation to join one, or create your own."
      foot={
        <Button variant="subtle" color="gray" size="xs" ml={-10} onClick={() => void signOut().catch(() => undefined)}>
          Sign out
        </Button>
      }
    >
      <form
        onSubmit={event => {
          event.preventDefault()
          create.mutate()
        }}
      >
        <Stack gap="sm">
          <TextInput label="Workspace name" size="md" data-autofocus value={name} error={errors?.fields.name} onChange={event => setName(event.currentTarget.value)} />
          <FormError message={errors?.rest} />
          <Button type="submit" size="md" loading={create.isPending} disabled={!name.trim()}>
            Create workspace
          </Button>
        </Stack>
      </form>
    </AuthLayout>
  )
}
