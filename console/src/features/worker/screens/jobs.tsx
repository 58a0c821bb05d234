import { Drawer, Progress, Select, TextInput } from '@mantine/core'
import { useInfiniteQuery } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { ListChecks } from 'lucide-react'
import { JOB_STATES, type Job } from '@/api/types'
import { DataTable, primaryCell, type Column } from '@/components/ui/data-table'
import { FilterBar } from '@/components/ui/filter-chip'
import { Page } from '@/components/ui/page'
import { EmptyState, ErrorState } from '@/components/ui/states'
import { label, StateBadge } from '@/components/ui/status-badge'
import { jobsRoute } from '@/features/system/routes'
import { SYSTEM_TABS } from '@/features/system/tabs'
import { useFormat } from '@/lib/format'
import { usePollWhenOffline } from '@/lib/realtime'
import { jobsQuery } from '../api/worker'
import { JobDetail } from '../components/job-detail'

export function Jobs() {
  const { state, type, job: opened } = jobsRoute.useSearch()
  const navigate = useNavigate({ from: jobsRoute.fullPath })
  const format = useFormat()
  const poll = usePollWhenOffline(5_000)
  const jobs = useInfiniteQuery({ ...jobsQuery({ state, type }), refetchInterval: poll })
  const change = (part: { state?: string; type?: string; job?: string }) => void navigate({ search: previous => ({ ...previous, ...part }), replace: true })
  const columns: Column<Job>[] = [
    {
      key: 'type',
      header: 'Job',
      cell: job => (
        <button type="button" {...primaryCell} onClick={() => change({ job: job.id })}>
          {job.type}
        </button>
      ),
    },
    { key: 'state', header: 'State', width: 130, cell: job => <StateBadge state={job.state} /> },
    { key: 'queue', header: 'Queue', hideBelow: 'md', cell: job => job.queue },
    { key: 'progress', header: 'Progress', hideBelow: 'sm', width: 200, cell: job => <JobProgress job={job} /> },
    { key: 'attempt', header: 'Attempt', align: 'right', hideBelow: 'sm', width: 90, cell: job => `${job.attempt} of ${job.maxAttempts}` },
    { key: 'created', header: 'Created', hideBelow: 'md', cell: job => format.relative(job.createdAt) },
    { key: 'finished', header: 'Finished', hideBelow: 'lg', cell: job => format.relative(job.finishedAt) },
  ]
  return (
    <Page title="System" tabs={SYSTEM_TABS} layout="fill">
      <FilterBar>
        <Select aria-label="Job state" placeholder="Any state" clearable w={170} data={JOB_STATES.map(value => ({ value, label: label(value) }))} value={state ?? null} onChange={value => change({ state: value ?? undefined })} />
        <TextInput aria-label="Job type" placeholder="Job type, then Enter" w={240} defaultValue={type} onKeyDown={event => event.key === 'Enter' && change({ type: event.currentTarget.value.trim() || undefined })} onBlur={event => change({ type: event.currentTarget.value.trim() || undefined })} />
      </FilterBar>
      {jobs.error && !jobs.data ? (
        <ErrorState error={jobs.error} onRetry={() => void jobs.refetch()} />
      ) : (
        <DataTable
          label="Jobs"
          columns={columns}
          rows={jobs.data?.pages.flatMap(page => page.data)}
          rowKey={job => job.id}
          rowLabel={job => job.type}
          onOpen={job => change({ job: job.id })}
          hasMore={jobs.hasNextPage}
          loadingMore={jobs.isFetchingNextPage}
          onMore={() => void jobs.fetchNextPage()}
          empty={
            <EmptyState icon={ListChecks} title={state || type ? 'No such job' : 'No job yet'}>
              Imports, campaign batches and message delivery run as jobs: they survive restarts, are tried again when they fail, and show up here.
            </EmptyState>
          }
        />
      )}
      <Drawer opened={Boolean(opened)} onClose={() => change({ job: undefined })} title="Job" size={520}>
        {opened && <JobDetail id={opened} />}
      </Drawer>
    </Page>
  )
}

function JobProgress({ job }: { job: Job }) {
  if (job.error && job.state !== 'completed') return <span style={{ color: 'var(--tl-red)' }} title={job.error}>{job.error}</span>
  if (job.progress === null || job.progress === undefined) return <>{job.progressText ?? '–'}</>
  return (
    <span style={{ display: 'grid', gap: 3 }} title={job.progressText ?? undefined}>
      <Progress value={job.progress} size={5} aria-label={`Progress of ${job.type}`} />
    </span>
  )
}
