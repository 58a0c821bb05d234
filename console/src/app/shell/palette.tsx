import { Modal } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { Megaphone, Plus, Upload, UserPlus, UserRound, type LucideIcon } from 'lucide-react'
import { useEffect, useId, useMemo, useState, type KeyboardEvent } from 'react'
import type { Lead } from '@/api/types'
import { getList } from '@/lib/api-client'
import { can, useSession } from '@/lib/auth/permissions'
import { NAVIGATION } from './navigation'
import classes from './palette.module.css'

interface Entry {
  id: string
  group: string
  label: string
  note?: string
  icon: LucideIcon
  keywords?: string
  run: () => void
}

export function Palette({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  const [text, setText] = useState('')
  const [active, setActive] = useState(0)
  const listId = useId()
  const entries = useEntries(text, opened)


  const current = Math.min(active, Math.max(0, entries.length - 1))
  const choose = (entry: Entry | undefined) => {
    if (!entry) return
    onClose()
    entry.run()
  }
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'ArrowDown') setActive((current + 1) % Math.max(1, entries.length))
    else if (event.key === 'ArrowUp') setActive((current - 1 + entries.length) % Math.max(1, entries.length))
    else if (event.key === 'Enter') choose(entries[current])
    else return
    event.preventDefault()
  }
  useEffect(() => {
    document.getElementById(`${listId}-${current}`)?.scrollIntoView({ block: 'nearest' })
  }, [current, listId])

  return (
    <Modal opened={opened} onClose={onClose} withCloseButton={false} padding={0} size={560} centered={false} yOffset="12vh" attributes={{ content: { 'aria-label': 'Command palette' } }}>
      <input
        className={classes.input}
        placeholder="Find a lead, go to a page, create something…"
        aria-label="Search or jump to"
        role="combobox"
        aria-expanded="true"
        aria-controls={listId}
        aria-activedescendant={entries.length ? `${listId}-${current}` : undefined}
        value={text}
        onChange={event => {
          setText(event.currentTarget.value)
          setActive(0)
        }}
        onKeyDown={onKeyDown}
        data-autofocus
      />
      <div className={classes.list} role="listbox" id={listId} aria-label="Results">
        {entries.length === 0 && <div className={classes.none}>Nothing matches “{text}”.</div>}
        {entries.map((entry, index) => {
          const Icon = entry.icon
          return (
            <div key={entry.id} role="presentation">
              {entry.group !== entries[index - 1]?.group && (
                <div className={classes.group} role="presentation">
                  {entry.group}
                </div>
              )}
              {/* The input keeps the focus and drives the list, as a combobox does. */}
              <div
                id={`${listId}-${index}`}
                role="option"
                tabIndex={-1}
                aria-selected={index === current}
                className={classes.item}
                onMouseMove={() => setActive(index)}
                onMouseDown={event => event.preventDefault()}
                onClick={() => choose(entry)}
                onKeyDown={onKeyDown}
              >
                <Icon size={15} aria-hidden />
                <span className="tl-truncate">{entry.label}</span>
                {entry.note && <span className={`${classes.note} tl-truncate`}>{entry.note}</span>}
              </div>
            </div>
          )
        })}
      </div>
      <div className={classes.foot} aria-hidden>
        <span>
          <kbd className="tl-kbd">↑</kbd> <kbd className="tl-kbd">↓</kbd> move
        </span>
        <span>
          <kbd className="tl-kbd">↵</kbd> open
        </span>
        <span>
          <kbd className="tl-kbd">esc</kbd> close
        </span>
      </div>
    </Modal>
  )
}

function useEntries(text: string, opened: boolean): Entry[] {
  const navigate = useNavigate()
  const { permissions } = useSession()
  const [query] = useDebouncedValue(text.trim(), 150)
  const found = useQuery({
    queryKey: ['leads', 'palette', query],
    queryFn: ({ signal }) => getList<Lead>('/api/leads/leads', { q: query, limit: 6 }, signal),
    enabled: opened && query.length >= 2 && can(permissions, 'leads:read'),
    placeholderData: keepPreviousData,
  })

  const fixed = useMemo<Entry[]>(() => {
    const actions: (Entry & { needs: string })[] = [
      { id: 'new-lead', group: 'Create', label: 'New lead', icon: Plus, needs: 'leads:write', run: () => void navigate({ to: '/leads', search: { create: true } }) },
      { id: 'import', group: 'Create', label: 'Import leads from a file', icon: Upload, keywords: 'csv', needs: 'imports:write', run: () => void navigate({ to: '/imports/new' }) },
      { id: 'new-campaign', group: 'Create', label: 'New campaign', icon: Megaphone, needs: 'campaigns:write', run: () => void navigate({ to: '/campaigns/new' }) },
      { id: 'invite', group: 'Create', label: 'Invite a member', icon: UserPlus, keywords: 'team user', needs: 'members:write', run: () => void navigate({ to: '/settings/members', search: { invite: true } }) },
    ]
    const pages = NAVIGATION.flatMap(group => group.items)
      .filter(item => item.needs.length === 0 || item.needs.some(need => can(permissions, need)))
      .map<Entry>(item => ({ id: item.to, group: 'Go to', label: item.label, icon: item.icon, keywords: item.keywords, run: () => void navigate({ to: item.to }) }))
    return [...pages, ...actions.filter(action => can(permissions, action.needs))]
  }, [navigate, permissions])

  const words = text.trim().toLowerCase()
  const matching = words ? fixed.filter(entry => `${entry.label} ${entry.keywords ?? ''}`.toLowerCase().includes(words)) : fixed
  const leads = (query.length >= 2 && words.length >= 2 ? (found.data ?? []) : []).map<Entry>(lead => ({
    id: lead.id,
    group: 'Leads',
    label: lead.displayName,
    note: lead.company ?? lead.email ?? undefined,
    icon: UserRound,
    run: () => void navigate({ to: '/leads/$leadId', params: { leadId: lead.id } }),
  }))
  return [...leads, ...matching]
}
