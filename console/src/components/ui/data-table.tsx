import { Button, Checkbox, Skeleton } from '@mantine/core'
import { useHotkeys } from '@mantine/hooks'
import { useVirtualizer } from '@tanstack/react-virtual'
import { ArrowDown, ArrowUp } from 'lucide-react'
import { useCallback, useEffect, useRef, useState, type MouseEvent, type ReactNode } from 'react'
import classes from './data-table.module.css'

export interface Column<T> {
  key: string
  header: string
  cell: (row: T) => ReactNode
  width?: number | string
  align?: 'right'
  /** The name of the field in the API's `sort` parameter. */
  sort?: string
  hideBelow?: 'sm' | 'md' | 'lg'
}

interface Props<T> {
  label: string
  columns: Column<T>[]
  rows: T[] | undefined
  rowKey: (row: T) => string
  /** What a screen reader calls the row. */
  rowLabel?: (row: T) => string
  onOpen?: (row: T) => void
  selected?: ReadonlySet<string>
  onSelect?: (ids: Set<string>) => void
  sort?: string
  onSort?: (sort: string) => void
  hasMore?: boolean
  loadingMore?: boolean
  onMore?: () => void
  empty?: ReactNode
  /** Sits in a page that scrolls, instead of scrolling itself. */
  inline?: boolean
  isActive?: (row: T) => boolean
}

const ROW = 41
const VIRTUAL_FROM = 80
const HIDE = { sm: classes.hideSm, md: classes.hideMd, lg: classes.hideLg }

/** The primary cell of a row: a link or button with this attribute is what j and k walk over. */
export const primaryCell = { 'data-primary': true, className: classes.primary }

export function DataTable<T>(props: Props<T>) {
  const { columns, rows, rowKey, rowLabel = rowKey, onOpen, selected, onSelect, sort, onSort, hasMore, loadingMore, onMore, inline, isActive } = props
  const scroller = useRef<HTMLDivElement>(null)
  const lastPicked = useRef(0)
  const count = rows?.length ?? 0
  const virtual = !inline && count > VIRTUAL_FROM
  const virtualizer = useVirtualizer({ count: virtual ? count : 0, getScrollElement: () => scroller.current, estimateSize: () => ROW, overscan: 12, scrollMargin: 34 })

  const walk = useCallback(
    (step: number) => {
      const root = scroller.current
      const current = root?.contains(document.activeElement) ? document.activeElement?.closest<HTMLElement>('[data-index]') : null
      const next = current ? Math.min(count - 1, Math.max(0, Number(current.dataset.index) + step)) : 0
      const focus = () => root?.querySelector<HTMLElement>(`[data-index="${next}"] [data-primary]`)?.focus()
      if (virtual) {
        virtualizer.scrollToIndex(next, { align: 'auto' })
        requestAnimationFrame(() => requestAnimationFrame(focus))
      } else focus()
    },
    [count, virtual, virtualizer],
  )
  const toggleFocused = () => {
    const id = document.activeElement?.closest<HTMLElement>('[data-row]')?.dataset.row
    if (id && selected && onSelect && scroller.current?.contains(document.activeElement)) onSelect(toggled(selected, [id], !selected.has(id)))
  }
  useHotkeys(
    inline
      ? []
      : [
          ['j', () => walk(1)],
          ['k', () => walk(-1)],
          ['x', toggleFocused],
        ],
  )

  // A table that scrolls sideways must be reachable with the keyboard, one that fits should not take a tab stop.
  const [overflows, setOverflows] = useState(false)
  useEffect(() => {
    const root = scroller.current
    if (!root) return
    const observer = new ResizeObserver(() => setOverflows(root.scrollWidth > root.clientWidth + 1 || root.scrollHeight > root.clientHeight + 1))
    observer.observe(root)
    if (root.firstElementChild) observer.observe(root.firstElementChild)
    return () => observer.disconnect()
  }, [count])

  const nearEnd = useCallback(() => {
    const root = scroller.current
    if (root && hasMore && !loadingMore && root.scrollHeight - root.scrollTop - root.clientHeight < 12 * ROW) onMore?.()
  }, [hasMore, loadingMore, onMore])
  useEffect(() => {
    if (!inline) nearEnd()
  }, [inline, nearEnd, count])

  if (rows && count === 0) return <>{props.empty}</>

  const pick = (index: number, event: MouseEvent) => {
    if (!rows || !selected || !onSelect) return
    const from = event.shiftKey ? Math.min(lastPicked.current, index) : index
    const to = event.shiftKey ? Math.max(lastPicked.current, index) : index
    const row = rows[index]
    if (!row) return
    onSelect(toggled(selected, rows.slice(from, to + 1).map(rowKey), !selected.has(rowKey(row))))
    lastPicked.current = index
  }

  const renderRow = (row: T, index: number) => {
    const id = rowKey(row)
    return (
      <tr
        key={id}
        data-index={index}
        data-row={id}
        aria-rowindex={virtual ? index + 2 : undefined}
        aria-selected={selected ? selected.has(id) : undefined}
        className={`${classes.row} ${onOpen ? classes.open : ''} ${selected?.has(id) || isActive?.(row) ? classes.selected : ''}`}
        onClick={event => {
          if (onOpen && !(event.target as Element).closest('a,button,input,label,[role=menu]')) onOpen(row)
        }}
      >
        {selected && (
          <td className={classes.check}>
            <Checkbox aria-label={`Select ${rowLabel(row)}`} checked={selected.has(id)} onChange={() => undefined} onClick={event => pick(index, event)} />
          </td>
        )}
        {columns.map(column => (
          <td key={column.key} className={cellClass(column)}>
            {column.cell(row)}
          </td>
        ))}
      </tr>
    )
  }

  const items = virtual ? virtualizer.getVirtualItems() : []
  const before = (items[0]?.start ?? 34) - 34
  const after = virtual ? count * ROW - ((items.at(-1)?.end ?? 34) - 34) : 0
  const all = rows !== undefined && count > 0 && rows.every(row => selected?.has(rowKey(row)))

  return (
    <div ref={scroller} className={inline ? classes.inline : classes.scroll} {...(overflows ? { tabIndex: 0, role: 'region', 'aria-label': `${props.label}, scrollable` } : {})} onScroll={inline ? undefined : nearEnd}>
      <table className={classes.table} aria-label={props.label} aria-rowcount={virtual ? count + 1 : undefined} aria-busy={rows === undefined}>
        <thead>
          <tr>
            {selected && (
              <th className={classes.check}>
                <Checkbox
                  aria-label="Select all"
                  checked={all}
                  indeterminate={!all && selected.size > 0}
                  onChange={() => onSelect?.(all ? new Set() : new Set(rows?.map(rowKey)))}
                />
              </th>
            )}
            {columns.map(column => (
              <th key={column.key} className={cellClass(column)} style={{ width: column.width }} aria-sort={sortState(column, sort)} scope="col">
                {column.sort && onSort ? <SortButton column={column} sort={sort} onSort={onSort} /> : column.header}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows === undefined && Array.from({ length: 8 }, (_, index) => <SkeletonRow key={index} columns={columns} index={index} check={selected !== undefined} />)}
          {virtual && before > 0 && <Spacer height={before} />}
          {virtual ? items.map(item => renderRow(rows![item.index]!, item.index)) : rows?.map(renderRow)}
          {virtual && after > 0 && <Spacer height={after} />}
        </tbody>
      </table>
      {hasMore && (
        <div className={classes.foot}>
          <Button variant="default" size="xs" loading={loadingMore} onClick={onMore}>
            Load more
          </Button>
        </div>
      )}
    </div>
  )
}

function cellClass<T>(column: Column<T>) {
  return `${column.align === 'right' ? classes.right : ''} ${column.hideBelow ? HIDE[column.hideBelow] : ''}`
}

function toggled(selected: ReadonlySet<string>, ids: string[], on: boolean) {
  const next = new Set(selected)
  for (const id of ids) {
    if (on) next.add(id)
    else next.delete(id)
  }
  return next
}

function sortState<T>(column: Column<T>, sort?: string) {
  if (!column.sort || !sort) return undefined
  if (sort === column.sort) return 'ascending'
  return sort === `-${column.sort}` ? 'descending' : 'none'
}

function SortButton<T>({ column, sort, onSort }: { column: Column<T>; sort?: string; onSort: (sort: string) => void }) {
  const state = sortState(column, sort)
  const on = state === 'ascending' || state === 'descending'
  return (
    <button type="button" className={classes.sort} data-on={on || undefined} onClick={() => onSort(state === 'ascending' ? `-${column.sort}` : column.sort!)}>
      {column.header}
      {state === 'ascending' && <ArrowUp size={12} aria-hidden />}
      {state === 'descending' && <ArrowDown size={12} aria-hidden />}
    </button>
  )
}

function SkeletonRow<T>({ columns, index, check }: { columns: Column<T>[]; index: number; check: boolean }) {
  return (
    <tr>
      {check && <td className={classes.check} />}
      {columns.map((column, at) => (
        <td key={column.key} className={cellClass(column)}>
          <Skeleton height={10} radius="sm" width={`${45 + ((index * 23 + at * 31) % 45)}%`} />
        </td>
      ))}
    </tr>
  )
}

function Spacer({ height }: { height: number }) {
  return (
    <tr aria-hidden className={classes.spacer}>
      <td style={{ height }} />
    </tr>
  )
}
