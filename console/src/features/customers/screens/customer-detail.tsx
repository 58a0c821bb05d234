import { Button, Stack } from '@mantine/core'
import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { Activity, ArrowRightLeft, Mail, MailOpen, MailX, MousePointerClick, Phone, UserPlus, type LucideIcon } from 'lucide-react'
import type { Customer } from '@/api/types'
import { Avatar } from '@/components/ui/avatar'
import { Page } from '@/components/ui/page'
import { Facts, Section } from '@/components/ui/section'
import { EmptyState, ErrorState, Lines, Loaded } from '@/components/ui/states'
import { Timeline } from '@/components/ui/timeline'
import detail from '@/features/leads/screens/lead-detail.module.css'
import { MessageTable } from '@/features/notifications/components/message-table'
import { useCan } from '@/lib/auth/permissions'
import { useFormat } from '@/lib/format'
import { customerQuery, timelineQuery } from '../api/customers'
import { Consents } from '../components/consents'
import { customerRoute } from '../routes'

const ICONS: [RegExp, LucideIcon][] = [
  [/open/, MailOpen],
  [/click/, MousePointerClick],
  [/unsub|bounce|complain|suppress/, MailX],
  [/message|email|sent|deliver/, Mail],
  [/call|phone/, Phone],
  [/created|lead/, UserPlus],
  [/stage|merge/, ArrowRightLeft],
]

const iconOf = (type: string) => ICONS.find(([pattern]) => pattern.test(type))?.[1] ?? Activity

export function CustomerDetail() {
  const { customerId } = customerRoute.useParams()
  const customer = useQuery(customerQuery(customerId))
  return (
    <Page title={customer.data?.displayName ?? 'Customer'} crumbs={[{ label: 'Customers', to: '/customers' }]} heading={<span style={{ fontSize: 14, fontWeight: 600 }}>{customer.data?.displayName ?? 'Customer'}</span>}>
      <Loaded query={customer}>{data => <Profile customer={data} />}</Loaded>
    </Page>
  )
}

function Profile({ customer }: { customer: Customer }) {
  const format = useFormat()
  const mayReadMessages = useCan('messages:read')
  const links = (list: string[], scheme: string) =>
    list.length === 0
      ? null
      : list.map(value => (
          <a key={value} href={`${scheme}:${value}`} className="tl-link" style={{ display: 'block' }}>
            {value}
          </a>
        ))
  return (
    <div className={detail.grid}>
      <div className={detail.main}>
        <div className={detail.head}>
          <Avatar name={customer.displayName} size={44} />
          <div style={{ minWidth: 0 }}>
            <h1 className={detail.name}>{customer.displayName}</h1>
            <div className={detail.sub}>{[customer.company, customer.emails[0]].filter(Boolean).join(' · ')}</div>
          </div>
        </div>
        <Section title="What happened">
          <History id={customer.id} />
        </Section>
        {mayReadMessages && (
          <Section title="Messages" flush>
            <MessageTable filter={{ customerId: customer.id }} inline emptyText="Messages to this person appear here with what became of each." />
          </Section>
        )}
      </div>
      <Stack gap="md">
        <Section title="Profile">
          <Facts
            items={[
              ['First name', customer.firstName],
              ['Last name', customer.lastName],
              ['Company', customer.company],
              ['Emails', links(customer.emails, 'mailto')],
              ['Phones', links(customer.phones, 'tel')],
              ['Since', format.date(customer.createdAt)],
              ...Object.entries(customer.attributes ?? {}).map(([key, value]) => [key, typeof value === 'string' ? value : JSON.stringify(value)] as const),
            ]}
          />
        </Section>
        <Consents customer={customer} />
      </Stack>
    </div>
  )
}

function History({ id }: { id: string }) {
  const timeline = useInfiniteQuery(timelineQuery(id))
  if (!timeline.data) return timeline.error ? <ErrorState compact error={timeline.error} onRetry={() => void timeline.refetch()} /> : <Lines count={5} />
  const items = timeline.data.pages.flatMap(page => page.data)
  if (items.length === 0) {
    return (
      <EmptyState compact icon={Activity} title="Nothing yet">
        Messages, opens, clicks and changes of this person collect here.
      </EmptyState>
    )
  }
  return (
    <div style={{ marginTop: -18 }}>
      <Timeline label="Customer timeline" items={items.map(entry => ({ id: entry.id, at: entry.at, icon: iconOf(entry.type), text: entry.summary }))} />
      {timeline.hasNextPage && (
        <Button variant="default" size="xs" loading={timeline.isFetchingNextPage} onClick={() => void timeline.fetchNextPage()}>
          Show older
        </Button>
      )}
    </div>
  )
}
