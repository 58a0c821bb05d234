import { ActionIcon, Alert, Button, Menu } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Link, Navigate, useNavigate } from '@tanstack/react-router'
import { Check, CircleAlert, Ellipsis, LoaderCircle, Trash2 } from 'lucide-react'
import type { Campaign } from '@/api/types'
import { useConfirm } from '@/components/ui/confirm'
import { Page } from '@/components/ui/page'
import { Loaded } from '@/components/ui/states'
import { useCan } from '@/lib/auth/permissions'
import { explain } from '@/lib/problem'
import { campaignQuery, deleteCampaign } from '../api/campaigns'
import { AudienceStep } from '../components/audience-step'
import { ContentStep } from '../components/content-step'
import { DeliveryStep } from '../components/delivery-step'
import { ReviewStep } from '../components/review-step'
import { composeRoute, COMPOSE_STEPS, type ComposeStep } from '../routes'
import { useDraft, type Draft } from '../use-draft'
import classes from './compose.module.css'

const LABELS: Record<ComposeStep, string> = { content: 'Content', audience: 'Audience', delivery: 'Delivery', review: 'Review and start' }

export function Compose() {
  const { campaignId } = composeRoute.useParams()
  const campaign = useQuery(campaignQuery(campaignId))
  return (
    <Loaded query={campaign}>
      {data => (data.status === 'draft' ? <Composer key={data.id} campaign={data} /> : <Navigate to="/campaigns/$campaignId" params={{ campaignId }} replace />)}
    </Loaded>
  )
}

function Composer({ campaign }: { campaign: Campaign }) {
  const { step = 'content' } = composeRoute.useSearch()
  const navigate = useNavigate()
  const mayWrite = useCan('campaigns:write')
  const draft = useDraft(campaign)
  const next = COMPOSE_STEPS[COMPOSE_STEPS.indexOf(step) + 1]
  const go = (to: ComposeStep) => void navigate({ to: '/campaigns/$campaignId/edit', params: { campaignId: campaign.id }, search: { step: to } })
  return (
    <Page
      title={draft.fields.name || 'Untitled campaign'}
      crumbs={[{ label: 'Campaigns', to: '/campaigns' }]}
      meta={<SaveNote draft={draft} />}
      layout="fill"
      actions={
        <>
          {mayWrite && <MoreMenu campaign={campaign} />}
          {next && <Button onClick={() => go(next)}>Next: {LABELS[next]}</Button>}
        </>
      }
    >
      <nav className={classes.steps} aria-label="Steps of the campaign">
        {COMPOSE_STEPS.map(entry => (
          <Link key={entry} to="/campaigns/$campaignId/edit" params={{ campaignId: campaign.id }} search={{ step: entry }} className={classes.step} aria-current={entry === step ? 'step' : undefined} activeProps={{}} inactiveProps={{}}>
            {LABELS[entry]}
          </Link>
        ))}
      </nav>
      {draft.state === 'stale' && (
        <Alert color="yellow" m="md" title="Somebody else changed this campaign">
          Reload to see their version. What you typed since your last save is lost then.
          <Button size="xs" variant="default" ml="sm" onClick={() => window.location.reload()}>
            Reload
          </Button>
        </Alert>
      )}
      <div className={classes.body}>
        {step === 'content' && <ContentStep draft={draft} readOnly={!mayWrite} />}
        {step === 'audience' && <AudienceStep draft={draft} readOnly={!mayWrite} />}
        {step === 'delivery' && <DeliveryStep draft={draft} readOnly={!mayWrite} />}
        {step === 'review' && <ReviewStep draft={draft} onStep={go} />}
      </div>
    </Page>
  )
}

function SaveNote({ draft }: { draft: Draft }) {
  const { title, advice } = explain(draft.error)
  return (
    <span role="status" style={{ display: 'inline-flex', alignItems: 'center', gap: 5, fontSize: 12, color: draft.state === 'failed' ? 'var(--tl-red)' : undefined }}>
      {draft.state === 'saved' && (
        <>
          <Check size={13} aria-hidden /> Saved
        </>
      )}
      {(draft.state === 'saving' || draft.state === 'unsaved') && (
        <>
          <LoaderCircle size={13} aria-hidden /> Saving
        </>
      )}
      {draft.state === 'failed' && (
        <>
          <CircleAlert size={13} aria-hidden /> Not saved: {advice ?? title}
        </>
      )}
    </span>
  )
}

function MoreMenu({ campaign }: { campaign: Campaign }) {
  const confirm = useConfirm()
  const client = useQueryClient()
  const navigate = useNavigate()
  const remove = useMutation({
    mutationFn: () => deleteCampaign(campaign.id),
    onSuccess: async () => {
      await navigate({ to: '/campaigns' })
      notifications.show({ message: 'Draft deleted' })
      void client.invalidateQueries({ queryKey: ['campaigns'] })
    },
  })
  if (campaign.status !== 'draft') return null
  const ask = async () => {
    if (await confirm({ title: 'Delete this draft?', body: `“${campaign.name}” was never sent. It cannot be brought back.`, confirm: 'Delete draft', danger: true })) remove.mutate()
  }
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <ActionIcon aria-label="More actions" variant="default" size={34}>
          <Ellipsis size={16} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item color="red" leftSection={<Trash2 size={14} />} onClick={() => void ask()}>
          Delete draft
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  )
}
