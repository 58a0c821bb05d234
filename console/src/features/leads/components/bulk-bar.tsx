import { ActionIcon, Select } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { X } from 'lucide-react'
import { MemberSelect } from '@/features/identity/components/member-select'
import { plural } from '@/lib/format'
import { updateLeads } from '../api/leads'
import { useStages } from '../api/use-stages'
import classes from './bulk-bar.module.css'

const AT_ONCE = 1000

export function BulkBar({ ids, onDone }: { ids: string[]; onDone: () => void }) {
  const client = useQueryClient()
  const { stages } = useStages()
  const change = useMutation({
    mutationFn: async (set: { ownerId?: string; stageId?: string }) => {
      let updated = 0
      for (let start = 0; start < ids.length; start += AT_ONCE) updated += (await updateLeads(ids.slice(start, start + AT_ONCE), set)).updated
      return updated
    },
    onSuccess: updated => {
      notifications.show({ message: `${plural(updated, 'lead')} updated` })
      onDone()
    },
    onSettled: () => client.invalidateQueries({ queryKey: ['leads'] }),
  })
  return (
    <div className={classes.bar} role="region" aria-label="Bulk actions">
      <span className={classes.count}>{ids.length} selected</span>
      <MemberSelect
        aria-label="Set owner"
        placeholder="Set owner"
        w={150}
        value={null}
        disabled={change.isPending}
        onChange={value => value && change.mutate({ ownerId: value })}
        comboboxProps={{ position: 'top', shadow: 'md' }}
      />
      <Select
        aria-label="Set stage"
        placeholder="Set stage"
        w={150}
        data={stages.map(stage => ({ value: stage.id, label: stage.name }))}
        value={null}
        disabled={change.isPending}
        onChange={value => value && change.mutate({ stageId: value })}
        comboboxProps={{ position: 'top', shadow: 'md' }}
      />
      <ActionIcon aria-label="Clear selection" onClick={onDone} loading={change.isPending}>
        <X size={16} />
      </ActionIcon>
    </div>
  )
}
