import { useQuery } from '@tanstack/react-query'
import { ROLES, type Role } from '@/api/types'
import { DataTable } from '@/components/ui/data-table'
import { label } from '@/components/ui/status-badge'
import { rolesQuery } from '../api/identity'

export const ROLE_NOTES: Record<Role, string> = {
  owner: 'Everything, including other owners.',
  admin: 'Everything except ownership: members, settings and system pages.',
  manager: 'Leads, campaigns and assignment of the whole team.',
  agent: 'Works with leads and customers.',
  analyst: 'Sees numbers and lists, changes nothing.',
  member: 'Signs in and sees what is shared with everybody.',
}

/** Only an owner makes owners. */
export const assignableRoles = (mine: Role) => ROLES.filter(role => role !== 'owner' || mine === 'owner')

function summarise(permissions: string[]) {
  const services = new Map<string, string[]>()
  for (const permission of permissions) {
    const [service = '', verb = ''] = permission.split(':')
    services.set(service, [...(services.get(service) ?? []), verb])
  }
  return [...services].map(([service, verbs]) => `${label(service)} (${verbs.join(', ')})`).join(', ')
}

export function RoleTable() {
  const roles = useQuery(rolesQuery)
  return (
    <DataTable
      label="Roles"
      inline
      rows={roles.data}
      rowKey={role => role.name}
      columns={[
        { key: 'role', header: 'Role', width: 110, cell: role => <strong style={{ fontWeight: 500 }}>{label(role.name)}</strong> },
        { key: 'note', header: 'In short', cell: role => ROLE_NOTES[role.name] ?? '' },
        { key: 'permissions', header: 'Permissions', hideBelow: 'md', cell: role => <span title={summarise(role.permissions)}>{summarise(role.permissions) || 'none'}</span> },
      ]}
    />
  )
}
