import { ActionIcon, Group, NumberInput, Switch } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { X } from 'lucide-react'
import { useState } from 'react'
import type { Pool, PoolMember } from '@/api/types'
import { Person } from '@/components/ui/avatar'
import { DataTable, type Column } from '@/components/ui/data-table'
import { useMembers } from '@/features/identity/api/identity'
import { MemberSelect } from '@/features/identity/components/member-select'
import { setMembers } from '../api/assignment'

export function PoolMembers({ pool, readOnly }: { pool: Pool; readOnly: boolean }) {
  const client = useQueryClient()
  const members = useMembers()
  const [draft, setDraft] = useState<PoolMember[] | null>(null)
  const rows = draft ?? pool.members
  const save = useMutation({
    // The whole list is sent each time, so two saves must not overtake each other.
    scope: { id: `pool ${pool.id}` },
    mutationFn: (next: PoolMember[]) => setMembers(pool.id, next),
    onSettled: async (_saved, error, sent) => {
      await client.invalidateQueries({ queryKey: ['assignment'] })
      // What the server has now is shown again, unless something newer was typed meanwhile.
      setDraft(current => (error || current === sent ? null : current))
    },
  })
  const commit = (next: PoolMember[]) => {
    setDraft(next)
    save.mutate(next)
  }
  const edit = (userId: string, part: Partial<PoolMember>) => rows.map(row => (row.userId === userId ? { ...row, ...part } : row))
  const name = (row: PoolMember) => members.name(row.userId) ?? '…'
  const columns: Column<PoolMember>[] = [
    { key: 'who', header: 'Person', cell: row => <Person name={name(row)} /> },
    {
      key: 'weight',
      header: 'Weight',
      width: 110,
      cell: row => (
        <NumberInput aria-label={`Weight of ${name(row)}`} size="xs" min={1} max={100} readOnly={readOnly} value={row.weight} onChange={value => setDraft(edit(row.userId, { weight: Number(value) || 1 }))} onBlur={() => changed(pool.members, rows) && save.mutate(rows)} />
      ),
    },
    {
      key: 'capacity',
      header: 'Open leads at most',
      width: 150,
      hideBelow: 'sm',
      cell: row => (
        <NumberInput
          aria-label={`Capacity of ${name(row)}`}
          size="xs"
          min={1}
          placeholder="No limit"
          readOnly={readOnly}
          value={row.capacity ?? ''}
          onChange={value => setDraft(edit(row.userId, { capacity: value === '' ? null : Number(value) }))}
          onBlur={() => changed(pool.members, rows) && save.mutate(rows)}
        />
      ),
    },
    { key: 'available', header: 'Available', width: 100, cell: row => <Switch aria-label={`${name(row)} is available`} disabled={readOnly} checked={row.available} onChange={event => commit(edit(row.userId, { available: event.currentTarget.checked }))} /> },
    {
      key: 'remove',
      header: '',
      align: 'right',
      width: 50,
      cell: row =>
        !readOnly && (
          <ActionIcon aria-label={`Remove ${name(row)} from ${pool.name}`} onClick={() => commit(rows.filter(entry => entry.userId !== row.userId))}>
            <X size={14} />
          </ActionIcon>
        ),
    },
  ]
  const free = members.list.map(member => member.userId).filter(id => rows.every(row => row.userId !== id))
  return (
    <>
      {rows.length > 0 && (
        <div style={{ margin: -1 }}>
          <DataTable label={`Members of ${pool.name}`} inline columns={columns} rows={rows} rowKey={row => row.userId} rowLabel={name} />
        </div>
      )}
      {!readOnly && (
        <Group p="sm">
          <MemberSelect
            aria-label={`Add a member to ${pool.name}`}
            placeholder={free.length ? 'Add a member' : 'Everybody is in'}
            disabled={free.length === 0}
            only={free}
            w={240}
            value={null}
            onChange={userId => userId && commit([...rows, { userId, weight: 1, capacity: null, available: true }])}
          />
        </Group>
      )}
    </>
  )
}

const changed = (before: PoolMember[], after: PoolMember[]) => JSON.stringify(before) !== JSON.stringify(after)
