import { Button } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { Link, useNavigate } from '@tanstack/react-router'
import { Copy, Inbox, Pause, Pencil, Play, Square } from 'lucide-react'
import type { Campaign } from '@/api/types'
import { useConfirm } from '@/components/ui/confirm'
import { useCan } from '@/lib/auth/permissions'
import { plural } from '@/lib/format'
import { isProblem } from '@/lib/problem'
import { actOnCampaign, campaignQuery, createCampaign, monitorQuery, type CampaignVerb } from '../api/campaigns'

const DONE: Record<CampaignVerb, string> = { start: 'Campaign started', pause: 'Campaign paused', resume: 'Campaign resumed', cancel: 'Campaign cancelled' }

export function CampaignActions({ campaign }: { campaign: Campaign }) {
  const client = useQueryClient()
  const confirm = useConfirm()
  const maySend = useCan('campaigns:send')
  const mayWrite = useCan('campaigns:write')
  const maySandbox = useCan('sandbox:read')
  const act = useMutation({
    mutationFn: (verb: CampaignVerb) => actOnCampaign(campaign.id, verb),
    onSuccess: (updated, verb) => {
      client.setQueryData(campaignQuery(campaign.id).queryKey, updated)
      client.setQueryData(monitorQuery(campaign.id).queryKey, old => old && { ...old, status: updated.status })
      notifications.show({ message: DONE[verb] })
    },
    // A state that moved on meanwhile explains itself once it is shown.
    onError: error => void (isProblem(error, 'campaign_state') && client.invalidateQueries({ queryKey: ['campaigns'] })),
    onSettled: () => client.invalidateQueries({ queryKey: ['campaigns'] }),
  })
  const askCancel = async () => {
    const waiting = campaign.stats?.queued ?? 0
    const body = campaign.status === 'scheduled' ? 'It will not start. You can duplicate it later.' : `${waiting ? `About ${plural(waiting, 'person', 'people')} will not get it. ` : ''}A cancelled campaign cannot be resumed; pausing can.`
    if (await confirm({ title: 'Cancel this campaign?', body, confirm: 'Cancel campaign', cancel: 'Keep it', danger: true })) act.mutate('cancel')
  }
  const busy = (verb: CampaignVerb) => act.isPending && act.variables === verb
  const { status } = campaign
  return (
    <>
      {maySandbox && (
        <Button variant="default" leftSection={<Inbox size={14} />} component={Link} to="/sandbox" search={{ campaignId: campaign.id } as never}>
          Captured messages
        </Button>
      )}
      {mayWrite && status === 'draft' && (
        <Button variant="default" leftSection={<Pencil size={14} />} component={Link} to="/campaigns/$campaignId/edit" params={{ campaignId: campaign.id } as never}>
          Edit
        </Button>
      )}
      {mayWrite && status !== 'draft' && <Duplicate campaign={campaign} />}
      {maySend && (status === 'running' || status === 'paused' || status === 'scheduled') && (
        <Button variant="default" leftSection={<Square size={13} />} loading={busy('cancel')} onClick={() => void askCancel()}>
          Cancel
        </Button>
      )}
      {maySend && status === 'running' && (
        <Button leftSection={<Pause size={14} />} loading={busy('pause')} onClick={() => act.mutate('pause')}>
          Pause
        </Button>
      )}
      {maySend && status === 'paused' && (
        <Button leftSection={<Play size={14} />} loading={busy('resume')} onClick={() => act.mutate('resume')}>
          Resume
        </Button>
      )}
    </>
  )
}

function Duplicate({ campaign }: { campaign: Campaign }) {
  const client = useQueryClient()
  const navigate = useNavigate()
  const copy = useMutation({
    mutationFn: () => {
      const { channel, brandId, subject, preheader, html, text, audience, throttlePerMinute } = campaign
      return createCampaign({ name: `Copy of ${campaign.name}`, channel, brandId, subject, preheader, html, text, audience, throttlePerMinute })
    },
    onSuccess: created => {
      void client.invalidateQueries({ queryKey: ['campaigns'] })
      void navigate({ to: '/campaigns/$campaignId/edit', params: { campaignId: created.id }, search: {} })
    },
  })
  return (
    <Button variant="default" leftSection={<Copy size={14} />} loading={copy.isPending} onClick={() => copy.mutate()}>
      Duplicate
    </Button>
  )
}
