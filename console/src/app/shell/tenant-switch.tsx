import { Button, Group, Menu, Modal, Stack, TextInput } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { useMutation, useQuery } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { Check, ChevronsUpDown, Plus } from 'lucide-react'
import { useState } from 'react'
import { Avatar } from '@/components/ui/avatar'
import { FormError } from '@/components/ui/states'
import { createTenant, meQuery } from '@/features/identity/api/identity'
import { useSession } from '@/lib/auth/permissions'
import { switchTenant } from '@/lib/auth/session'
import { explain } from '@/lib/problem'
import classes from './shell.module.css'

export function TenantSwitch() {
  const { tenant } = useSession()
  const me = useQuery(meQuery)
  const navigate = useNavigate()
  const [creating, dialog] = useDisclosure(false)
  const change = useMutation({ mutationFn: switchTenant, onSuccess: () => navigate({ to: '/' }) })

  return (
    <>
      <Menu position="bottom-start" width={240}>
        <Menu.Target>
          <button type="button" className={classes.tenant} aria-label={`Workspace ${tenant.name}, switch workspace`}>
            <Avatar name={tenant.name} size={22} square />
            <span className={`${classes.tenantName} tl-truncate`}>{tenant.name}</span>
            <ChevronsUpDown size={14} aria-hidden />
          </button>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Label>Workspaces</Menu.Label>
          {(me.data?.tenants ?? [{ id: tenant.id, name: tenant.name }]).map(entry => (
            <Menu.Item
              key={entry.id}
              leftSection={<Avatar name={entry.name} size={20} square />}
              rightSection={entry.id === tenant.id ? <Check size={14} aria-label="current" /> : undefined}
              onClick={() => entry.id !== tenant.id && change.mutate(entry.id)}
            >
              {entry.name}
            </Menu.Item>
          ))}
          <Menu.Divider />
          <Menu.Item leftSection={<Plus size={14} />} onClick={dialog.open}>
            New workspace
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
      <NewTenant opened={creating} onClose={dialog.close} />
    </>
  )
}

function NewTenant({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  const [name, setName] = useState('')
  const navigate = useNavigate()
  const create = useMutation({
    meta: { showsError: true },
    mutationFn: async () => {
      const tenant = await createTenant(name.trim())
      await switchTenant(tenant.id)
    },
    onSuccess: () => {
      onClose()
      setName('')
      void navigate({ to: '/' })
    },
  })
  return (
    <Modal opened={opened} onClose={onClose} title="New workspace" size="sm">
      <form
        onSubmit={event => {
          event.preventDefault()
          create.mutate()
        }}
      >
        <Stack>
          <TextInput label="Workspace name" description="Leads, campaigns and members are kept apart per workspace." required value={name} onChange={event => setName(event.currentTarget.value)} data-autofocus />
          <FormError message={create.error ? (explain(create.error).advice ?? explain(create.error).title) : undefined} />
          <Group justify="flex-end" gap="xs">
            <Button variant="default" onClick={onClose}>
              Cancel
            </Button>
            <Button type="submit" loading={create.isPending} disabled={!name.trim()}>
              Create workspace
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  )
}
