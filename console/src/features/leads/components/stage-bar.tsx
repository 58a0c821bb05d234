import { Button, Group, Modal, Stack, TextInput } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import type { Lead, Stage } from '@/api/types'
import { leadQuery, moveLead } from '../api/leads'
import { useStages } from '../api/use-stages'
import classes from './stage-bar.module.css'

const tone = (lead: Lead) => (lead.status === 'won' ? 'var(--tl-green)' : lead.status === 'lost' ? 'var(--tl-ink-3)' : 'var(--tl-accent)')

export function StageBar({ lead, readOnly }: { lead: Lead; readOnly: boolean }) {
  const client = useQueryClient()
  const { stages } = useStages(lead.pipelineId)
  const [losing, setLosing] = useState<Stage | null>(null)
  const key = leadQuery(lead.id).queryKey
  const move = useMutation({
    mutationFn: ({ stage, reason }: { stage: Stage; reason?: string }) => moveLead(lead.id, stage.id, reason),
    // The bar moves under the finger; the server's answer replaces the guess, a failure takes it back.
    onMutate: async ({ stage }) => {
      await client.cancelQueries({ queryKey: key })
      const before = client.getQueryData(key)
      client.setQueryData(key, old => old && { ...old, stageId: stage.id, stageName: stage.name, status: stage.status })
      return { before }
    },
    onError: (_error, _variables, context) => client.setQueryData(key, context?.before),
    onSuccess: updated => client.setQueryData(key, updated),
    onSettled: () => client.invalidateQueries({ queryKey: ['leads'] }),
  })
  const current = stages.findIndex(stage => stage.id === lead.stageId)
  const choose = (stage: Stage) => {
    if (stage.id === lead.stageId) return
    if (stage.status === 'lost') setLosing(stage)
    else move.mutate({ stage })
  }
  return (
    <>
      <div className={classes.bar} role="group" aria-label="Stage" style={{ '--tone': tone(lead) } as React.CSSProperties}>
        {stages.map((stage, index) => (
          <button
            key={stage.id}
            type="button"
            disabled={readOnly}
            aria-current={index === current ? 'step' : undefined}
            className={`${classes.step} ${index < current && lead.status !== 'lost' ? classes.past : ''} ${index === current ? classes.current : ''}`}
            onClick={() => choose(stage)}
          >
            <span className={classes.line} />
            <span className="tl-truncate">{stage.name}</span>
          </button>
        ))}
      </div>
      <LostReason
        stage={losing}
        onClose={() => setLosing(null)}
        onSubmit={reason => {
          if (losing) move.mutate({ stage: losing, reason })
          setLosing(null)
        }}
      />
    </>
  )
}

function LostReason({ stage, onClose, onSubmit }: { stage: Stage | null; onClose: () => void; onSubmit: (reason: string) => void }) {
  const [reason, setReason] = useState('')
  return (
    <Modal opened={stage !== null} onClose={onClose} title={`Move to ${stage?.name ?? 'lost'}`} size="sm">
      <form
        onSubmit={event => {
          event.preventDefault()
          onSubmit(reason.trim())
          setReason('')
        }}
      >
        <Stack>
          <TextInput label="Why was it lost?" description="Reasons make the lost deals worth something." placeholder="Chose a competitor, no budget…" required value={reason} onChange={event => setReason(event.currentTarget.value)} data-autofocus />
          <Group justify="flex-end" gap="xs">
            <Button variant="default" onClick={onClose}>
              Cancel
            </Button>
            <Button type="submit" disabled={!reason.trim()}>
              Mark as lost
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  )
}
