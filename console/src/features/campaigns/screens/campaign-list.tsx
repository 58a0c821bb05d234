import { Button } from '@mantine/core'
import { useInfiniteQuery } from '@tanstack/react-query'
import { Link, useNavigate } from '@tanstack/react-router'
import { Megaphone, Plus } from 'lucide-react'
import type { Campaign } from '@/api/types'
import { DataTable, primaryCell, type Column } from '@/components/ui/data-table'
import { Page } from '@/components/ui/page'
import { EmptyState, ErrorState } from '@/components/ui/states'
import { StateBadge } from '@/components/ui/status-badge'
import { DeliveryBadge } from '@/features/notifications/components/delivery-badge'
import { useCan } from '@/lib/auth/permissions'
import { formatNumber, formatShare, useFormat } from '@/lib/format'
import { campaignsQuery } from '../api/campaigns'

export function CampaignList() {
  const navigate = useNavigate()
  const format = useFormat()
  const mayWrite = useCan('campaigns:write')
  const mayReadMessages = useCan('messages:read')
  const campaigns = useInfiniteQuery(campaignsQuery)
  const open = (campaign: Campaign) =>
    void (campaign.status === 'draft' && mayWrite
      ? navigate({ to: '/campaigns/$campaignId/edit', params: { campaignId: campaign.id }, search: {} })
      : navigate({ to: '/campaigns/$campaignId', params: { campaignId: campaign.id } }))
  const when = (campaign: Campaign) => {
    if (campaign.status === 'scheduled') return `Starts ${format.dateTime(campaign.scheduleAt)}`
    if (campaign.startedAt) return `Started ${format.relative(campaign.startedAt)}`
    return `Created ${format.relative(campaign.createdAt)}`
  }
  const share = (campaign: Campaign, part: number | undefined) => (campaign.stats?.sent ? formatShare(part ?? 0, campaign.stats.sent) : '–')
  const columns: Column<Campaign>[] = [
    {
      key: 'name',
      header: 'Name',
      cell: campaign => (
        <Link to={campaign.status === 'draft' && mayWrite ? '/campaigns/$campaignId/edit' : '/campaigns/$campaignId'} params={{ campaignId: campaign.id }} search={{}} {...primaryCell}>
          {campaign.name}
        </Link>
      ),
    },
    { key: 'status', header: 'Status', width: 120, cell: campaign => <StateBadge state={campaign.status} /> },
    { key: 'subject', header: 'Subject', hideBelow: 'lg', cell: campaign => campaign.subject },
    { key: 'recipients', header: 'Recipients', align: 'right', hideBelow: 'md', cell: campaign => (campaign.stats?.recipients ? formatNumber(campaign.stats.recipients) : '–') },
    { key: 'sent', header: 'Sent', align: 'right', hideBelow: 'sm', cell: campaign => (campaign.stats?.sent ? formatNumber(campaign.stats.sent) : '–') },
    { key: 'opened', header: 'Opened', align: 'right', hideBelow: 'sm', cell: campaign => share(campaign, campaign.stats?.opened) },
    { key: 'clicked', header: 'Clicked', align: 'right', hideBelow: 'md', cell: campaign => share(campaign, campaign.stats?.clicked) },
    { key: 'bounced', header: 'Bounced', align: 'right', hideBelow: 'lg', cell: campaign => share(campaign, campaign.stats?.bounced) },
    { key: 'when', header: 'When', hideBelow: 'md', cell: when },
  ]
  const compose = (
    <Button component={Link} to="/campaigns/new" leftSection={<Plus size={15} />}>
      New campaign
    </Button>
  )
  return (
    <Page title="Campaigns" layout="fill" meta={mayReadMessages && <DeliveryBadge />} actions={mayWrite && compose}>
      {campaigns.error && !campaigns.data ? (
        <ErrorState error={campaigns.error} onRetry={() => void campaigns.refetch()} />
      ) : (
        <DataTable
          label="Campaigns"
          columns={columns}
          rows={campaigns.data?.pages.flatMap(page => page.data)}
          rowKey={campaign => campaign.id}
          rowLabel={campaign => campaign.name}
          onOpen={open}
          hasMore={campaigns.hasNextPage}
          loadingMore={campaigns.isFetchingNextPage}
          onMore={() => void campaigns.fetchNextPage()}
          empty={
            <EmptyState icon={Megaphone} title="One message, many people" actions={mayWrite && compose}>
              Write an email in your brand, choose who gets it by any property of a lead, look at it as each person will see it, and watch it go out live. Who opted out or bounced is left out by itself.
            </EmptyState>
          }
        />
      )}
    </Page>
  )
}
