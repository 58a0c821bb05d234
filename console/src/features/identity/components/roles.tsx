import { ActionIcon, Group } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Pencil, Trash2 } from 'lucide-react'
import { useState } from 'react'
import type { RoleDefinition } from '@/api/types'
import { useConfirm } from '@/components/ui/confirm'
import { DataTable, type Column } from '@/components/ui/data-table'
import { label } from '@/components/ui/status-badge'
import { useCan, useSession } from '@/lib/auth/permissions'
import { deleteRole, rolesQuery } from '../api/identity'
import { RoleDialog } from './role-dialog'

const ROLE_NOTES: Record<string, string> = {
  owner: 'Everything, including other owners.',
  admin: 'Everything except ownership: members, settings and system pages.',
  manager: 'Leads, campaigns and assignment of the whole team.',
  agent: 'Works with leads and customers.',
  analyst: 'Sees numbers and lists, changes nothing.',
  member: 'Signs in and sees what is shared with everybody.',
}

export const roleNote = (role?: RoleDefinition) => (role ? role.description || ROLE_NOTES[role.name] || '' : '')

/** Nobody gives a role that may more than they do. */
export function useAssignableRoles() {
  const { permissions: mine } = useSession()
  const roles = useQuery(rolesQuery)
  return (roles.data ?? []).filter(role => role.permissions.every(permission => mine.includes(permission)))
}

function summarise(permissions: string[]) {
  const services = new Map<string, string[]>()
  for (const permission of permissions) {
    const [service = '', verb = ''] = permission.split(':')
    services.set(service, [...(services.get(service) ?? []), verb])
  }
  return [...services].map(([service, verbs]) => `${label(service)} (${verbs.join(', ')})`).join(', ')
}

export function RoleTable() {
  const client = useQueryClient()
  const confirm = useConfirm()
  const roles = useQuery(rolesQuery)
  const mayWrite = useCan('members:write')
  const assignable = useAssignableRoles()
  const [edited, setEdited] = useState<RoleDefinition>()
  const remove = useMutation({ mutationFn: deleteRole, onSettled: () => client.invalidateQueries({ queryKey: ['identity'] }) })
  const ask = async (role: RoleDefinition) => {
    if (role.id && (await confirm({ title: `Remove the role ${label(role.name)}?`, body: 'Only a role that nobody has can be removed.', confirm: 'Remove role', danger: true }))) remove.mutate(role.id)
  }
  const columns: Column<RoleDefinition>[] = [
    { key: 'role', header: 'Role', width: 130, cell: role => <strong style={{ fontWeight: 500 }}>{label(role.name)}</strong> },
    { key: 'note', header: 'In short', cell: roleNote },
    { key: 'permissions', header: 'Permissions', hideBelow: 'md', cell: role => <span title={summarise(role.permissions)}>{summarise(role.permissions) || 'none'}</span> },
  ]
  if (mayWrite && roles.data?.some(role => role.id)) {
    columns.push({
      key: 'actions',
      header: '',
      align: 'right',
      width: 80,
      cell: role =>
        role.id && assignable.includes(role) ? (
          <Group gap={4} wrap="nowrap" justify="flex-end">
            <ActionIcon aria-label={`Change ${label(role.name)}`} onClick={() => setEdited(role)}>
              <Pencil size={14} />
            </ActionIcon>
            <ActionIcon aria-label={`Remove ${label(role.name)}`} onClick={() => void ask(role)}>
              <Trash2 size={14} />
            </ActionIcon>
          </Group>
        ) : null,
    })
  }
  return (
    <>
      <DataTable label="Roles" inline rows={roles.data} rowKey={role => role.name} columns={columns} />
      <RoleDialog key={edited?.id} role={edited} opened={edited !== undefined} onClose={() => setEdited(undefined)} />
    </>
  )
}
