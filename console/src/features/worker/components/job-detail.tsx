import { Button, Group, Progress, Stack } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import type { Job, JobState } from '@/api/types'
import { useConfirm } from '@/components/ui/confirm'
import { Facts, Section } from '@/components/ui/section'
import { Loaded } from '@/components/ui/states'
import { StateBadge } from '@/components/ui/status-badge'
import { useCan } from '@/lib/auth/permissions'
import { useFormat } from '@/lib/format'
import { actOnJob, jobQuery, type JobVerb } from '../api/worker'

const ALLOWED: Record<JobState, JobVerb[]> = {
  ready: ['cancel'],
  scheduled: ['retry', 'cancel'],
  running: ['cancel'],
  dead: ['retry', 'discard'],
  cancelled: ['retry', 'discard'],
  completed: ['discard'],
}

const VERBS: Record<JobVerb, { label: string; done: string; ask?: string }> = {
  retry: { label: 'Run now', done: 'The job will run' },
  cancel: { label: 'Cancel job', done: 'The job is being cancelled', ask: 'A running job stops at its next safe point. What it has done so far stays.' },
  discard: { label: 'Discard', done: 'The job was discarded', ask: 'The job is removed for good and will not run again.' },
}

export function JobDetail({ id }: { id: string }) {
  const job = useQuery(jobQuery(id))
  return <Loaded query={job}>{data => <Detail job={data} />}</Loaded>
}

function Detail({ job }: { job: Job }) {
  const client = useQueryClient()
  const confirm = useConfirm()
  const format = useFormat()
  const mayWrite = useCan('worker:write')
  const act = useMutation({
    mutationFn: (verb: JobVerb) => actOnJob(job.id, verb),
    onSuccess: (_result, verb) => notifications.show({ message: VERBS[verb].done }),
    onSettled: () => client.invalidateQueries({ queryKey: ['worker'] }),
  })
  const press = async (verb: JobVerb) => {
    const { ask, label } = VERBS[verb]
    if (!ask || (await confirm({ title: `${label}?`, body: ask, confirm: label, danger: true, cancel: 'Back' }))) act.mutate(verb)
  }
  return (
    <Stack gap="md">
      <Facts
        items={[
          ['Type', <code key="type">{job.type}</code>],
          ['State', <span key="state" style={{ display: 'inline-flex', gap: 8, alignItems: 'center' }}><StateBadge state={job.state} />{job.cancelRequested && 'is being cancelled'}</span>],
          ['Queue', job.queue],
          ['Attempt', `${job.attempt} of ${job.maxAttempts}`],
          ['Created', format.dateTime(job.createdAt)],
          ['Runs at', format.dateTime(job.runAt)],
          ['Finished', format.dateTime(job.finishedAt)],
          ['Id', <code key="id">{job.id}</code>],
        ]}
      />
      {job.progress !== null && job.progress !== undefined && (
        <div>
          <Progress value={job.progress} aria-label="Job progress" />
          {job.progressText && <p style={{ margin: '6px 0 0', fontSize: 13, color: 'var(--tl-ink-2)' }}>{job.progressText}</p>}
        </div>
      )}
      {job.error && (
        <Section title="Error">
          <pre style={{ margin: 0, fontSize: 12, whiteSpace: 'pre-wrap', overflowWrap: 'anywhere' }}>{job.error}</pre>
        </Section>
      )}
      {job.log && job.log.length > 0 && (
        <Section title="Log">
          <ol style={{ margin: 0, padding: 0, listStyle: 'none', fontSize: 12, display: 'grid', gap: 4 }}>
            {job.log.map((line, index) => (
              <li key={`${line.at}${index}`} style={{ display: 'grid', gridTemplateColumns: '64px minmax(0, 1fr)', gap: 8 }}>
                <time dateTime={line.at} style={{ color: 'var(--tl-ink-2)' }}>
                  {format.time(line.at)}
                </time>
                <span style={{ overflowWrap: 'anywhere' }}>{line.text}</span>
              </li>
            ))}
          </ol>
        </Section>
      )}
      {mayWrite && ALLOWED[job.state]?.length > 0 && (
        <Group gap="xs">
          {ALLOWED[job.state].map(verb => (
            <Button key={verb} variant={verb === 'retry' ? 'filled' : 'default'} loading={act.isPending && act.variables === verb} onClick={() => void press(verb)}>
              {VERBS[verb].label}
            </Button>
          ))}
        </Group>
      )}
    </Stack>
  )
}
