import { ActionIcon, Button, Menu, Skeleton, Stack, Tabs } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { Ellipsis, Mail, Trash2 } from 'lucide-react'
import type { Lead } from '@/api/types'
import { Avatar } from '@/components/ui/avatar'
import { useConfirm } from '@/components/ui/confirm'
import { Page } from '@/components/ui/page'
import { Section } from '@/components/ui/section'
import { ErrorState, Lines } from '@/components/ui/states'
import { MessageTable } from '@/features/notifications/components/message-table'
import { useCan } from '@/lib/auth/permissions'
import { deleteLead, leadQuery } from '../api/leads'
import { Composer } from '../components/composer'
import { LeadFacts, OwnerField } from '../components/lead-facts'
import { LeadTimeline } from '../components/lead-timeline'
import { StageBar } from '../components/stage-bar'
import { leadRoute } from '../routes'
import classes from './lead-detail.module.css'

const crumbs = [{ label: 'Leads', to: '/leads' as const }]

export function LeadDetail() {
  const { leadId } = leadRoute.useParams()
  const lead = useQuery(leadQuery(leadId))
  const mayWrite = useCan('leads:write')

  if (!lead.data) {
    return (
      <Page title="Lead" crumbs={crumbs}>
        {lead.error ? (
          <ErrorState error={lead.error} onRetry={() => void lead.refetch()} />
        ) : (
          <Stack maw={720}>
            <Skeleton height={40} width={280} />
            <Lines count={8} />
          </Stack>
        )}
      </Page>
    )
  }
  return (
    <Page
      title={lead.data.displayName}
      crumbs={crumbs}
      actions={
        <>
          <OwnerField lead={lead.data} readOnly={!mayWrite} />
          {lead.data.email && (
            <Button variant="default" component="a" href={`mailto:${lead.data.email}`} leftSection={<Mail size={14} />}>
              Email
            </Button>
          )}
          <MoreMenu lead={lead.data} />
        </>
      }
      heading={<span className="tl-truncate" style={{ fontSize: 14, fontWeight: 600 }}>{lead.data.displayName}</span>}
    >
      <div className={classes.grid}>
        <div className={classes.main}>
          <div className={classes.head}>
            <Avatar name={lead.data.displayName} size={44} />
            <div style={{ minWidth: 0 }}>
              <h1 className={classes.name}>{lead.data.displayName}</h1>
              <div className={classes.sub}>{[lead.data.company, lead.data.email, lead.data.phone].filter(Boolean).join(' · ')}</div>
            </div>
          </div>
          <StageBar lead={lead.data} readOnly={!mayWrite} />
          <Activity lead={lead.data} mayWrite={mayWrite} />
        </div>
        <LeadFacts lead={lead.data} readOnly={!mayWrite} />
      </div>
    </Page>
  )
}

function Activity({ lead, mayWrite }: { lead: Lead; mayWrite: boolean }) {
  const mayReadMessages = useCan('messages:read')
  return (
    <Tabs defaultValue="activity" keepMounted={false}>
      <Tabs.List>
        <Tabs.Tab value="activity">Activity</Tabs.Tab>
        {mayReadMessages && <Tabs.Tab value="messages">Messages</Tabs.Tab>}
      </Tabs.List>
      <Tabs.Panel value="activity" pt="md">
        <Stack>
          {mayWrite && (
            <Section title="Add to the timeline">
              <Composer leadId={lead.id} />
            </Section>
          )}
          <LeadTimeline leadId={lead.id} />
        </Stack>
      </Tabs.Panel>
      <Tabs.Panel value="messages" pt="md">
        <MessageTable filter={{ leadId: lead.id }} inline emptyText="When a campaign reaches this person, every message appears here with what became of it." />
      </Tabs.Panel>
    </Tabs>
  )
}

function MoreMenu({ lead }: { lead: Lead }) {
  const confirm = useConfirm()
  const client = useQueryClient()
  const navigate = useNavigate()
  const mayDelete = useCan('leads:delete')
  const remove = useMutation({
    mutationFn: () => deleteLead(lead.id),
    onSuccess: async () => {
      notifications.show({ message: `${lead.displayName} was deleted` })
      await navigate({ to: '/leads' })
      client.removeQueries({ queryKey: leadQuery(lead.id).queryKey })
      void client.invalidateQueries({ queryKey: ['leads'] })
    },
  })
  if (!mayDelete) return null
  const ask = async () => {
    const yes = await confirm({ title: 'Delete this lead?', body: `${lead.displayName} disappears from lists, campaigns and reports. This cannot be undone.`, confirm: 'Delete lead', danger: true })
    if (yes) remove.mutate()
  }
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <ActionIcon aria-label="More actions" variant="default" size={34} loading={remove.isPending}>
          <Ellipsis size={16} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item color="red" leftSection={<Trash2 size={14} />} onClick={() => void ask()}>
          Delete lead
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  )
}
