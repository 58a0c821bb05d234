import { ActionIcon, Button, Group, Modal, Stack, TextInput } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Pencil, Plus, Trash2, UsersRound } from 'lucide-react'
import { useState } from 'react'
import type { Pool } from '@/api/types'
import { useConfirm } from '@/components/ui/confirm'
import { Page } from '@/components/ui/page'
import { Section } from '@/components/ui/section'
import { EmptyState, FormError, Loaded } from '@/components/ui/states'
import { useCan } from '@/lib/auth/permissions'
import { plural } from '@/lib/format'
import { toFormErrors } from '@/lib/problem'
import { createPool, deletePool, poolsQuery, renamePool } from '../api/assignment'
import { PoolMembers } from '../components/pool-members'
import { ASSIGNMENT_TABS } from '../tabs'

export function Pools() {
  const pools = useQuery(poolsQuery)
  const client = useQueryClient()
  const confirm = useConfirm()
  const mayWrite = useCan('assignment:write')
  const [naming, setNaming] = useState<Pool | 'new' | null>(null)
  const remove = useMutation({ mutationFn: (pool: Pool) => deletePool(pool.id), onSettled: () => client.invalidateQueries({ queryKey: ['assignment'] }) })
  const ask = async (pool: Pool) => {
    if (await confirm({ title: `Delete the pool “${pool.name}”?`, body: 'Rules that use it must be changed first. Leads stay with their owners.', confirm: 'Delete pool', danger: true })) remove.mutate(pool)
  }
  const add = (
    <Button leftSection={<Plus size={14} />} onClick={() => setNaming('new')}>
      New pool
    </Button>
  )
  return (
    <Page title="Assignment" tabs={ASSIGNMENT_TABS} actions={mayWrite && add} layout="medium">
      <Loaded query={pools}>
        {list =>
          list.length === 0 ? (
            <EmptyState icon={UsersRound} title="A pool is a group of people who share leads" actions={mayWrite && add}>
              Inside sales, the Berlin office, everybody who speaks French. Rules give leads to a pool; weight, capacity and availability decide who in it is next.
            </EmptyState>
          ) : (
            <Stack>
              {list.map(pool => (
                <Section
                  key={pool.id}
                  title={pool.name}
                  note={plural(pool.members.length, 'member')}
                  flush
                  actions={
                    mayWrite && (
                      <Group gap={2}>
                        <ActionIcon aria-label={`Rename ${pool.name}`} onClick={() => setNaming(pool)}>
                          <Pencil size={14} />
                        </ActionIcon>
                        <ActionIcon aria-label={`Delete ${pool.name}`} onClick={() => void ask(pool)}>
                          <Trash2 size={14} />
                        </ActionIcon>
                      </Group>
                    )
                  }
                >
                  <PoolMembers pool={pool} readOnly={!mayWrite} />
                </Section>
              ))}
            </Stack>
          )
        }
      </Loaded>
      <Modal opened={naming !== null} onClose={() => setNaming(null)} title={naming === 'new' ? 'New pool' : 'Rename pool'} size="sm">
        {naming && <NameForm pool={naming === 'new' ? undefined : naming} onClose={() => setNaming(null)} />}
      </Modal>
    </Page>
  )
}

function NameForm({ pool, onClose }: { pool?: Pool; onClose: () => void }) {
  const client = useQueryClient()
  const [name, setName] = useState(pool?.name ?? '')
  const save = useMutation({
    meta: { showsError: true },
    mutationFn: () => (pool ? renamePool(pool, name.trim()) : createPool(name.trim())),
    onSuccess: onClose,
    onSettled: () => client.invalidateQueries({ queryKey: ['assignment'] }),
  })
  const errors = save.error ? toFormErrors(save.error, ['name']) : undefined
  return (
    <form
      onSubmit={event => {
        event.preventDefault()
        save.mutate()
      }}
    >
      <Stack gap="sm">
        <TextInput label="Name" placeholder="Inside sales" value={name} error={errors?.fields.name} onChange={event => setName(event.currentTarget.value)} data-autofocus />
        <FormError message={errors?.rest} />
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" loading={save.isPending} disabled={!name.trim()}>
            Save
          </Button>
        </Group>
      </Stack>
    </form>
  )
}
