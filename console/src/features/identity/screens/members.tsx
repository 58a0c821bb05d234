import { ActionIcon, Button, Group, Modal, Select, Stack, Text, TextInput } from '@mantine/core'
import { useForm } from '@mantine/form'
import { notifications } from '@mantine/notifications'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { Plus, Trash2, UserPlus } from 'lucide-react'
import { useState } from 'react'
import type { ActiveMember, Invitation, Role } from '@/api/types'
import { Person } from '@/components/ui/avatar'
import { useConfirm } from '@/components/ui/confirm'
import { DataTable, type Column } from '@/components/ui/data-table'
import { Section } from '@/components/ui/section'
import { FormError, Loaded } from '@/components/ui/states'
import { label, StateBadge } from '@/components/ui/status-badge'
import { useCan, useSession } from '@/lib/auth/permissions'
import { useFormat } from '@/lib/format'
import { toFormErrors } from '@/lib/problem'
import { activeMembers, changeRole, invitationsQuery, invite, membersQuery, removeMember, revokeInvitation } from '../api/identity'
import { RoleDialog } from '../components/role-dialog'
import { roleNote, RoleTable, useAssignableRoles } from '../components/roles'
import { SettingsPage } from '../components/settings-page'
import { membersRoute } from '../routes'

export function Members() {
  const members = useQuery(membersQuery)
  const mayWrite = useCan('members:write')
  const [newRole, setNewRole] = useState(false)
  const search = membersRoute.useSearch()
  const navigate = useNavigate({ from: membersRoute.fullPath })
  const dialog = (open: boolean) => void navigate({ search: open ? { invite: true } : {}, replace: true })
  return (
    <SettingsPage
      actions={
        mayWrite && (
          <Button leftSection={<UserPlus size={14} />} onClick={() => dialog(true)}>
            Invite member
          </Button>
        )
      }
    >
      <Stack>
        <Section title="Members" flush>
          <Loaded query={members}>{list => <MemberTable members={activeMembers(list)} mayWrite={mayWrite} />}</Loaded>
        </Section>
        {mayWrite && <Invitations />}
        <Section
          title="What each role may do"
          flush
          actions={
            mayWrite && (
              <Button size="xs" variant="default" leftSection={<Plus size={14} />} onClick={() => setNewRole(true)}>
                New role
              </Button>
            )
          }
        >
          <RoleTable />
        </Section>
      </Stack>
      <RoleDialog opened={newRole} onClose={() => setNewRole(false)} />
      <InviteDialog opened={mayWrite && search.invite === true} onClose={() => dialog(false)} />
    </SettingsPage>
  )
}

function MemberTable({ members, mayWrite }: { members: ActiveMember[]; mayWrite: boolean }) {
  const client = useQueryClient()
  const confirm = useConfirm()
  const { user } = useSession()
  const assignable = useAssignableRoles().map(role => role.name)
  const format = useFormat()
  const settle = { onSettled: () => client.invalidateQueries({ queryKey: ['identity'] }) }
  const change = useMutation({
    mutationFn: ({ member, role }: { member: ActiveMember; role: Role }) => changeRole(member.userId, role),
    onSuccess: (_updated, { member, role }) => notifications.show({ message: `${member.name} is now ${role}` }),
    ...settle,
  })
  const remove = useMutation({ mutationFn: (member: ActiveMember) => removeMember(member.userId), ...settle })
  const ask = async (member: ActiveMember) => {
    const body = `${member.name} is signed out and loses access at once. Leads they own stay theirs until you reassign them.`
    if (await confirm({ title: 'Remove this member?', body, confirm: 'Remove member', danger: true })) remove.mutate(member)
  }
  const columns: Column<ActiveMember>[] = [
    { key: 'name', header: 'Name', cell: member => <Person name={member.name} /> },
    { key: 'email', header: 'Email', hideBelow: 'sm', cell: member => member.email },
    {
      key: 'role',
      header: 'Role',
      width: 150,
      cell: member =>
        mayWrite && member.userId !== user.id && assignable.includes(member.role) ? (
          <Select
            aria-label={`Role of ${member.name}`}
            size="xs"
            allowDeselect={false}
            data={assignable.map(role => ({ value: role, label: label(role) }))}
            value={member.role}
            onChange={role => role && role !== member.role && change.mutate({ member, role })}
          />
        ) : (
          label(member.role)
        ),
    },
    { key: 'joined', header: 'Joined', hideBelow: 'md', cell: member => format.date(member.joinedAt) },
    {
      key: 'actions',
      header: '',
      align: 'right',
      width: 50,
      cell: member =>
        mayWrite && member.userId !== user.id && assignable.includes(member.role) ? (
          <ActionIcon aria-label={`Remove ${member.name}`} onClick={() => void ask(member)}>
            <Trash2 size={14} />
          </ActionIcon>
        ) : null,
    },
  ]
  return <DataTable label="Members" inline columns={columns} rows={members} rowKey={member => member.userId} rowLabel={member => member.name} />
}

function Invitations() {
  const client = useQueryClient()
  const format = useFormat()
  const invitations = useQuery(invitationsQuery)
  const revoke = useMutation({ mutationFn: revokeInvitation, onSettled: () => client.invalidateQueries({ queryKey: ['identity'] }) })
  if (!invitations.data?.length) return null
  const columns: Column<Invitation>[] = [
    { key: 'email', header: 'Email', cell: invitation => invitation.email },
    { key: 'role', header: 'Role', cell: invitation => label(invitation.role) },
    { key: 'status', header: 'Status', hideBelow: 'sm', cell: () => <StateBadge state="invited" /> },
    { key: 'expires', header: 'Expires', hideBelow: 'sm', cell: invitation => format.relative(invitation.expiresAt) },
    {
      key: 'actions',
      header: '',
      align: 'right',
      width: 90,
      cell: invitation => (
        <Button size="xs" variant="subtle" color="gray" onClick={() => revoke.mutate(invitation.id)}>
          Withdraw
        </Button>
      ),
    },
  ]
  return (
    <Section title="Open invitations" flush>
      <DataTable label="Open invitations" inline columns={columns} rows={invitations.data} rowKey={invitation => invitation.id} />
    </Section>
  )
}

function InviteDialog({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  return (
    <Modal opened={opened} onClose={onClose} title="Invite a member">
      <InviteForm onClose={onClose} />
    </Modal>
  )
}

function InviteForm({ onClose }: { onClose: () => void }) {
  const client = useQueryClient()
  const assignable = useAssignableRoles()
  const form = useForm({ initialValues: { email: '', role: 'agent' }, validate: { email: value => (/^\S+@\S+$/.test(value.trim()) ? null : 'Enter an email address') } })
  const send = useMutation({
    meta: { showsError: true },
    mutationFn: invite,
    onSuccess: invitation => {
      notifications.show({ title: 'Invitation sent', message: `${invitation.email} gets a link to join.` })
      void client.invalidateQueries({ queryKey: ['identity'] })
      onClose()
    },
    onError: error => form.setErrors(toFormErrors(error, ['email', 'role']).fields),
  })
  return (
    <form onSubmit={form.onSubmit(values => send.mutate({ ...values, email: values.email.trim() }))} noValidate>
      <Stack gap="sm">
        <TextInput label="Email" type="email" data-autofocus {...form.getInputProps('email')} />
        <Select label="Role" allowDeselect={false} data={assignable.map(role => ({ value: role.name, label: label(role.name) }))} {...form.getInputProps('role')} />
        <Text size="sm" c="dimmed">
          {roleNote(assignable.find(role => role.name === form.values.role))}
        </Text>
        <FormError message={send.error ? toFormErrors(send.error, ['email', 'role']).rest : undefined} />
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" loading={send.isPending}>
            Send invitation
          </Button>
        </Group>
      </Stack>
    </form>
  )
}
