import { Button } from '@mantine/core'
import { useHotkeys } from '@mantine/hooks'
import { useInfiniteQuery, useMutation, useQueryClient } from '@tanstack/react-query'
import { Link, useNavigate } from '@tanstack/react-router'
import { Inbox, MailOpen, Trash2 } from 'lucide-react'
import { useConfirm } from '@/components/ui/confirm'
import { FilterChip, SearchBox } from '@/components/ui/filter-chip'
import { Page } from '@/components/ui/page'
import { EmptyState, ErrorState, Lines } from '@/components/ui/states'
import { useCan } from '@/lib/auth/permissions'
import { useFormat } from '@/lib/format'
import { usePollWhenOffline } from '@/lib/realtime'
import { emptySandbox, sandboxQuery } from '../api/notifications'
import { DeliveryBadge } from '../components/delivery-badge'
import { MessageReader } from '../components/message-reader'
import { sandboxRoute } from '../routes'
import classes from './sandbox.module.css'

export function Sandbox() {
  const { q, campaignId, message: opened } = sandboxRoute.useSearch()
  const navigate = useNavigate({ from: sandboxRoute.fullPath })
  const client = useQueryClient()
  const confirm = useConfirm()
  const format = useFormat()
  const mayEmpty = useCan('sandbox:write')
  const poll = usePollWhenOffline(10_000)
  const list = useInfiniteQuery({ ...sandboxQuery(q, campaignId), refetchInterval: poll })
  const items = list.data?.pages.flatMap(page => page.data)
  const clear = useMutation({
    mutationFn: emptySandbox,
    onSuccess: () => void navigate({ search: {} }),
    onSettled: () => client.invalidateQueries({ queryKey: ['sandbox'] }),
  })
  const askClear = async () => {
    if (await confirm({ title: 'Empty the sandbox inbox?', body: 'All captured messages of this workspace are deleted. The message log keeps its entries.', confirm: 'Empty inbox', danger: true })) clear.mutate()
  }
  const walk = (step: number) => {
    const at = items?.findIndex(item => item.id === opened) ?? -1
    const next = items?.[Math.max(0, at + step)]
    if (next) void navigate({ search: previous => ({ ...previous, message: next.id }), replace: true })
  }
  useHotkeys([
    ['j', () => walk(1)],
    ['k', () => walk(-1)],
  ])
  return (
    <Page
      title="Sandbox inbox"
      layout="fill"
      meta={<DeliveryBadge />}
      actions={
        mayEmpty && <Button variant="default" leftSection={<Trash2 size={14} />} onClick={() => void askClear()} loading={clear.isPending} disabled={!items?.length}>
          Empty inbox
        </Button>
      }
    >
      <div className={classes.split} data-open={opened || undefined}>
        <div className={classes.side}>
          <div className={classes.search}>
            <SearchBox label="Search sandbox" placeholder="Recipient or subject" value={q} onChange={value => void navigate({ search: previous => ({ ...previous, q: value }), replace: true })} />
            {campaignId && (
              <div style={{ marginTop: 8 }}>
                <FilterChip name="Campaign" value="one" onRemove={() => void navigate({ search: previous => ({ ...previous, campaignId: undefined }), replace: true })} />
              </div>
            )}
          </div>
          {!items && (list.error ? <ErrorState error={list.error} onRetry={() => void list.refetch()} /> : <div style={{ padding: 16 }}><Lines count={8} /></div>)}
          {items?.length === 0 && (
            <EmptyState icon={Inbox} title={q ? 'Nothing matches' : 'Nothing was captured yet'}>
              {q ? 'Try another address or word.' : 'In sandbox delivery every message is kept here instead of being sent, exactly as its recipient would get it. Send a test from a campaign to see one.'}
            </EmptyState>
          )}
          {items && items.length > 0 && (
            <ul className={classes.list} aria-label="Captured messages">
              {items.map(item => (
                <li key={item.id}>
                  <Link to="/sandbox" search={previous => ({ ...previous, message: item.id })} className={classes.item} aria-current={item.id === opened || undefined}>
                    <span className={classes.row}>
                      <span className={`${classes.to} tl-truncate`}>{item.to}</span>
                      <span className={classes.time}>{format.relative(item.at)}</span>
                    </span>
                    <span className="tl-truncate">{item.subject}</span>
                    <span className={`${classes.preview} tl-truncate`}>{item.preview}</span>
                  </Link>
                </li>
              ))}
              {list.hasNextPage && (
                <li style={{ padding: 12, textAlign: 'center' }}>
                  <Button variant="default" size="xs" loading={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>
                    Load more
                  </Button>
                </li>
              )}
            </ul>
          )}
        </div>
        <div className={classes.reader}>
          {opened ? (
            <MessageReader key={opened} id={opened} onBack={() => void navigate({ search: previous => ({ ...previous, message: undefined }) })} />
          ) : (
            <EmptyState icon={MailOpen} title="Choose a message">
              It is shown as its recipient would see it. Links work, and opening and clicking count.
            </EmptyState>
          )}
        </div>
      </div>
    </Page>
  )
}
