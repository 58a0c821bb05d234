import { ActionIcon, Button, Popover } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { Bell, BellOff } from 'lucide-react'
import type { InboxItem } from '@/api/types'
import { EmptyState, ErrorState, Lines } from '@/components/ui/states'
import { useFormat } from '@/lib/format'
import { usePollWhenOffline } from '@/lib/realtime'
import { inboxQuery, markAllRead, markRead, unreadQuery } from '../api/notifications'
import classes from './bell.module.css'

export function NotificationBell({ size = 32 }: { size?: number }) {
  const [open, popover] = useDisclosure(false)
  const poll = usePollWhenOffline(30_000)
  const unread = useQuery({ ...unreadQuery, refetchInterval: poll }).data ?? 0
  return (
    <Popover opened={open} onChange={popover.toggle} position="bottom-start" width={380} trapFocus returnFocus>
      <Popover.Target>
        <ActionIcon size={size} aria-label={unread ? `Notifications, ${unread} unread` : 'Notifications'} onClick={popover.toggle} style={{ position: 'relative', overflow: 'visible' }}>
          <Bell size={16} />
          {unread > 0 && <span className={classes.dot}>{unread > 99 ? '99+' : unread}</span>}
        </ActionIcon>
      </Popover.Target>
      <Popover.Dropdown p={0} maw="calc(100vw - 16px)" aria-label="Notifications">
        {open && <InboxPanel unread={unread} onClose={popover.close} />}
      </Popover.Dropdown>
    </Popover>
  )
}

function InboxPanel({ unread, onClose }: { unread: number; onClose: () => void }) {
  const client = useQueryClient()
  const navigate = useNavigate()
  const format = useFormat()
  const inbox = useInfiniteQuery(inboxQuery)
  const settle = { onSettled: () => client.invalidateQueries({ queryKey: ['inbox'] }) }
  const readAll = useMutation({ mutationFn: markAllRead, ...settle })
  const read = useMutation({ mutationFn: markRead, ...settle })
  const items = inbox.data?.pages.flatMap(page => page.data)

  const openItem = (item: InboxItem) => {
    if (!item.readAt) read.mutate(item.id)
    // Only addresses of this console: a notification must not send anybody elsewhere.
    if (item.link?.startsWith('/') && !item.link.startsWith('//')) {
      onClose()
      void navigate({ href: item.link })
    }
  }
  return (
    <>
      <div className={classes.head}>
        <span>Notifications</span>
        <Button variant="subtle" color="gray" size="xs" disabled={unread === 0} loading={readAll.isPending} onClick={() => readAll.mutate()}>
          Mark all as read
        </Button>
      </div>
      <div className={classes.list}>
        {!items && (inbox.error ? <ErrorState compact error={inbox.error} onRetry={() => void inbox.refetch()} /> : <div style={{ padding: 16 }}><Lines count={4} /></div>)}
        {items?.length === 0 && (
          <EmptyState compact icon={BellOff} title="You are all caught up">
            Leads assigned to you, finished imports and campaigns are announced here.
          </EmptyState>
        )}
        {items?.map(item => (
          <button key={item.id} type="button" className={classes.item} onClick={() => openItem(item)}>
            <span className={classes.unread} data-on={item.readAt ? undefined : true} />
            <span>
              {!item.readAt && <span className="tl-sr">Unread: </span>}
              <span className={classes.title}>{item.title}</span>
              <span className={classes.body} style={{ display: 'block' }}>
                {item.body}
              </span>
              <span className={classes.time}>{format.relative(item.createdAt)}</span>
            </span>
          </button>
        ))}
        {inbox.hasNextPage && (
          <Button fullWidth variant="subtle" color="gray" loading={inbox.isFetchingNextPage} onClick={() => void inbox.fetchNextPage()}>
            Show older
          </Button>
        )}
      </div>
    </>
  )
}
