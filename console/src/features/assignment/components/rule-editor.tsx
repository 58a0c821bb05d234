import { ActionIcon, Button, Drawer, Group, Radio, Select, Stack, Switch, Text, TextInput } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { Plus, X } from 'lucide-react'
import { useState } from 'react'
import type { Pool, Rule, RuleCondition, RuleFields, Strategy } from '@/api/types'
import { FormError } from '@/components/ui/states'
import { explain, isProblem } from '@/lib/problem'
import { createRule, updateRule } from '../api/assignment'
import { conditionProblem, newCondition } from '../conditions'
import { ConditionRow } from './condition-row'

interface Props {
  rule: Rule | 'new' | null
  pools: Pool[]
  onClose: () => void
}

export function RuleEditor({ rule, pools, onClose }: Props) {
  return (
    <Drawer opened={rule !== null} onClose={onClose} title={rule === 'new' ? 'New rule' : 'Edit rule'} size={560}>
      {rule && <RuleForm key={rule === 'new' ? 'new' : rule.id} rule={rule === 'new' ? undefined : rule} pools={pools} onClose={onClose} />}
    </Drawer>
  )
}

const keyed = (condition: RuleCondition) => ({ key: Math.random().toString(36).slice(2), condition })

function message(error: unknown) {
  const errors = isProblem(error) ? Object.values(error.problem.errors ?? {}).flat() : []
  return errors.length ? errors.join(' ') : (explain(error).advice ?? explain(error).title)
}

function RuleForm({ rule, pools, onClose }: { rule?: Rule; pools: Pool[]; onClose: () => void }) {
  const client = useQueryClient()
  const [name, setName] = useState(rule?.name ?? '')
  const [enabled, setEnabled] = useState(rule?.enabled ?? true)
  const [strategy, setStrategy] = useState<Strategy>(rule?.strategy ?? 'round_robin')
  const [poolId, setPoolId] = useState(rule?.poolId ?? pools[0]?.id ?? '')
  const [rows, setRows] = useState(() => (rule?.conditions ?? []).map(keyed))
  const [tried, setTried] = useState(false)
  const problems = rows.map(row => conditionProblem(row.condition))
  const save = useMutation({
    meta: { showsError: true },
    mutationFn: (fields: RuleFields) => (rule ? updateRule(rule, fields) : createRule(fields)),
    onSuccess: saved => {
      notifications.show({ message: `Rule ${saved.name} saved` })
      onClose()
    },
    onSettled: () => client.invalidateQueries({ queryKey: ['assignment'] }),
  })
  const submit = () => {
    setTried(true)
    if (!name.trim() || !poolId || problems.some(Boolean)) return
    save.mutate({ name: name.trim(), enabled, strategy, poolId, conditions: rows.map(row => row.condition) })
  }
  return (
    <form
      onSubmit={event => {
        event.preventDefault()
        submit()
      }}
      noValidate
    >
      <Stack>
        <TextInput label="Name" placeholder="Referrals from Germany" data-autofocus value={name} onChange={event => setName(event.currentTarget.value)} error={tried && !name.trim() ? 'Give the rule a name' : undefined} />
        <div role="group" aria-label="Conditions">
          <Text size="sm" fw={500} mb={6}>
            When a lead fits all of these
          </Text>
          <Stack gap={8}>
            {rows.length === 0 && (
              <Text size="sm" c="dimmed">
                No condition: the rule fits every lead.
              </Text>
            )}
            {rows.map((row, index) => (
              <Group key={row.key} gap={6} wrap="nowrap" align="flex-start">
                <ConditionRow
                  condition={row.condition}
                  error={tried ? problems[index] : undefined}
                  onChange={condition => setRows(current => current.map(entry => (entry.key === row.key ? { ...entry, condition } : entry)))}
                />
                <ActionIcon mt={3} aria-label={`Remove condition ${index + 1}`} onClick={() => setRows(current => current.filter(entry => entry.key !== row.key))}>
                  <X size={14} />
                </ActionIcon>
              </Group>
            ))}
            <Button variant="default" size="xs" w="fit-content" leftSection={<Plus size={13} />} onClick={() => setRows(current => [...current, keyed(newCondition())])}>
              Add condition
            </Button>
          </Stack>
        </div>
        <Select label="Give it to the pool" allowDeselect={false} data={pools.map(pool => ({ value: pool.id, label: `${pool.name} (${pool.members.length})` }))} value={poolId} onChange={value => value && setPoolId(value)} />
        <Radio.Group label="Within the pool" value={strategy} onChange={value => setStrategy(value as Strategy)}>
          <Stack gap="xs" mt={4}>
            <Radio value="round_robin" label="In turn" description="By weight: who has weight 2 gets twice as many." />
            <Radio value="least_loaded" label="Whoever has least to do" description="Counts open leads against each person’s capacity." />
          </Stack>
        </Radio.Group>
        <Switch label="The rule is on" checked={enabled} onChange={event => setEnabled(event.currentTarget.checked)} />
        <FormError message={save.error ? message(save.error) : undefined} />
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" loading={save.isPending}>
            Save rule
          </Button>
        </Group>
      </Stack>
    </form>
  )
}
