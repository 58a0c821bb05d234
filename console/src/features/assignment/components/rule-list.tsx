import { ActionIcon, Switch, VisuallyHidden } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { GripVertical, Pencil, Trash2 } from 'lucide-react'
import { useState, type KeyboardEvent } from 'react'
import type { Pool, Rule } from '@/api/types'
import { useConfirm } from '@/components/ui/confirm'
import { useStages } from '@/features/leads/api/use-stages'
import { formatMoney, toMinor, useFormat } from '@/lib/format'
import { deleteRule, orderRules, rulesQuery, updateRule } from '../api/assignment'
import { describeCondition, moved } from '../conditions'
import classes from '../screens/rules.module.css'

const STRATEGY = { round_robin: 'in turn', least_loaded: 'to whoever has least to do' } as const

export function useConditionText() {
  const stages = useStages()
  const { currency } = useFormat()
  return (field: string, value: unknown) => {
    if (field === 'stage') return stages.name(String(value)) ?? String(value)
    if (field === 'value' && Number.isFinite(Number(value))) return formatMoney({ amount: toMinor(Number(value), currency), currency })
    return String(value)
  }
}

interface Props {
  rules: Rule[]
  pools: Pool[]
  readOnly: boolean
  onEdit: (rule: Rule) => void
}

export function RuleList({ rules, pools, readOnly, onEdit }: Props) {
  const client = useQueryClient()
  const confirm = useConfirm()
  const show = useConditionText()
  const [dragged, setDragged] = useState<number | null>(null)
  const [over, setOver] = useState<number | null>(null)
  const [said, setSaid] = useState('')
  const settle = { onSettled: () => client.invalidateQueries({ queryKey: ['assignment'] }) }

  const order = useMutation({
    mutationFn: (next: Rule[]) => orderRules(next.map(rule => rule.id)),
    onMutate: async next => {
      await client.cancelQueries({ queryKey: rulesQuery.queryKey })
      const before = client.getQueryData(rulesQuery.queryKey)
      client.setQueryData(rulesQuery.queryKey, next)
      return { before }
    },
    onError: (_error, _next, context) => client.setQueryData(rulesQuery.queryKey, context?.before),
    ...settle,
  })
  const toggle = useMutation({ mutationFn: (rule: Rule) => updateRule(rule, { enabled: !rule.enabled }), ...settle })
  const remove = useMutation({ mutationFn: (rule: Rule) => deleteRule(rule.id), ...settle })

  const move = (from: number, to: number) => {
    if (to < 0 || to >= rules.length || from === to) return
    order.mutate(moved(rules, from, to))
    setSaid(`${rules[from]?.name} is now rule ${to + 1} of ${rules.length}`)
  }
  const onKeyDown = (index: number) => (event: KeyboardEvent<HTMLButtonElement>) => {
    const step = event.key === 'ArrowUp' ? -1 : event.key === 'ArrowDown' ? 1 : 0
    if (!step) return
    event.preventDefault()
    move(index, index + step)
  }
  const ask = async (rule: Rule) => {
    if (await confirm({ title: `Delete “${rule.name}”?`, body: 'Leads it already gave out stay where they are. New leads go on to the next rule.', confirm: 'Delete rule', danger: true })) remove.mutate(rule)
  }
  return (
    <>
      <ol className={classes.list} aria-label="Assignment rules">
        {rules.map((rule, index) => (
          <li
            key={rule.id}
            className={`${classes.rule} ${rule.enabled ? '' : classes.off}`}
            data-dragging={dragged === index || undefined}
            data-over={over === index && dragged !== index ? true : undefined}
            onDragOver={event => {
              if (dragged === null) return
              event.preventDefault()
              setOver(index)
            }}
            onDrop={event => {
              event.preventDefault()
              if (dragged !== null) move(dragged, index)
              setDragged(null)
              setOver(null)
            }}
          >
            {readOnly ? (
              <span />
            ) : (
              <button
                type="button"
                className={classes.grip}
                draggable
                aria-label={`Move ${rule.name}: arrow up or down`}
                onKeyDown={onKeyDown(index)}
                onDragStart={event => {
                  event.dataTransfer.effectAllowed = 'move'
                  setDragged(index)
                }}
                onDragEnd={() => {
                  setDragged(null)
                  setOver(null)
                }}
              >
                <GripVertical size={15} aria-hidden />
              </button>
            )}
            <span className={classes.number}>{index + 1}</span>
            <div style={{ minWidth: 0 }}>
              <div className={classes.name}>{rule.name}</div>
              <div className={classes.text}>
                {rule.conditions.length ? `When ${rule.conditions.map(condition => describeCondition(condition, show)).join(' and ')}` : 'Every lead'}
                {' → '}
                {pools.find(pool => pool.id === rule.poolId)?.name ?? 'a pool that is gone'}, {STRATEGY[rule.strategy]}
              </div>
            </div>
            {!readOnly && (
              <div className={classes.tools}>
                <Switch aria-label={`${rule.name} is on`} checked={rule.enabled} onChange={() => toggle.mutate(rule)} disabled={toggle.isPending} />
                <ActionIcon aria-label={`Edit ${rule.name}`} onClick={() => onEdit(rule)}>
                  <Pencil size={14} />
                </ActionIcon>
                <ActionIcon aria-label={`Delete ${rule.name}`} onClick={() => void ask(rule)}>
                  <Trash2 size={14} />
                </ActionIcon>
              </div>
            )}
          </li>
        ))}
      </ol>
      <VisuallyHidden role="status">{said}</VisuallyHidden>
    </>
  )
}
