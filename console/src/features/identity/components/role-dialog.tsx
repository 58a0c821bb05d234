import { Button, Checkbox, Group, Modal, Stack, TextInput } from '@mantine/core'
import { useForm } from '@mantine/form'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import type { RoleDefinition } from '@/api/types'
import { FormError } from '@/components/ui/states'
import { label } from '@/components/ui/status-badge'
import { useSession } from '@/lib/auth/permissions'
import { toFormErrors } from '@/lib/problem'
import { permissionsQuery } from '../api/account'
import { createRole, updateRole } from '../api/identity'

const FIELDS = ['name', 'description', 'permissions'] as const

/** Makes a role of the workspace's own, or changes what one may do. */
export function RoleDialog({ role, opened, onClose }: { role?: RoleDefinition; opened: boolean; onClose: () => void }) {
  return (
    <Modal opened={opened} onClose={onClose} title={role ? label(role.name) : 'New role'}>
      <RoleForm role={role} onClose={onClose} />
    </Modal>
  )
}

/** "Support lead" is support-lead to the API: a name that never changes. */
export const roleName = (typed: string) => typed.trim().toLowerCase().replace(/[^a-z0-9]+/g, '-').replace(/^-+|-+$/g, '')

function RoleForm({ role, onClose }: { role?: RoleDefinition; onClose: () => void }) {
  const client = useQueryClient()
  const { permissions: mine } = useSession()
  const permissions = useQuery(permissionsQuery)
  const form = useForm({
    initialValues: { name: role?.name ?? '', description: role?.description ?? '', permissions: role?.permissions ?? [] },
    validate: { name: value => (role || /^[a-z][a-z0-9-]{1,39}$/.test(roleName(value)) ? null : 'Enter 2 to 40 letters and digits, beginning with a letter') },
  })
  const save = useMutation({
    meta: { showsError: true },
    mutationFn: ({ name, ...rest }: typeof form.values) => (role?.id ? updateRole(role.id, rest, role.version) : createRole({ name: roleName(name), ...rest })),
    onSuccess: () => {
      void client.invalidateQueries({ queryKey: ['identity'] })
      onClose()
    },
    onError: error => form.setErrors(toFormErrors(error, FIELDS).fields),
  })
  return (
    <form onSubmit={form.onSubmit(values => save.mutate(values))} noValidate>
      <Stack gap="sm">
        {!role && <TextInput label="Name" placeholder="Support lead" data-autofocus {...form.getInputProps('name')} />}
        <TextInput label="In short" maxLength={200} {...form.getInputProps('description')} />
        <Checkbox.Group label="What may it do?" description="Only what you may do yourself." {...form.getInputProps('permissions')}>
          <Stack gap={6} mt="xs" mah={300} style={{ overflowY: 'auto' }}>
            {(permissions.data ?? [])
              .filter(permission => mine.includes(permission.name))
              .map(permission => (
                <Checkbox key={permission.name} value={permission.name} label={permission.meaning} />
              ))}
          </Stack>
        </Checkbox.Group>
        <FormError message={save.error ? toFormErrors(save.error, FIELDS).rest : undefined} />
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" loading={save.isPending}>
            {role ? 'Save role' : 'Make role'}
          </Button>
        </Group>
      </Stack>
    </form>
  )
}
