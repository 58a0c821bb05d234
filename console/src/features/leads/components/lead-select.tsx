import { Select, type SelectProps } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import type { Lead } from '@/api/types'
import { getList } from '@/lib/api-client'
import { leadQuery } from '../api/leads'

type Props = Omit<SelectProps, 'data' | 'searchValue' | 'onSearchChange' | 'value' | 'onChange'> & { value: string | null; onChange: (id: string | null) => void }

/** Find one lead by typing; there may be a million of them. */
export function LeadSelect({ value, onChange, ...props }: Props) {
  const [text, setText] = useState('')
  const [query] = useDebouncedValue(text.trim(), 200)
  const chosen = useQuery({ ...leadQuery(value ?? ''), enabled: Boolean(value) })
  // The field's text is the chosen lead's name until something else is typed.
  const q = chosen.data && query === chosen.data.displayName ? '' : query
  const found = useQuery({
    queryKey: ['leads', 'select', q],
    queryFn: ({ signal }) => getList<Lead>('/api/leads/leads', { q, limit: 20, sort: '-updatedAt' }, signal),
    placeholderData: keepPreviousData,
    staleTime: 30_000,
  })
  const options = new Map((found.data ?? []).map(lead => [lead.id, `${lead.displayName}${lead.company ? `, ${lead.company}` : ''}`]))
  if (value && chosen.data) options.set(value, chosen.data.displayName)
  return (
    <Select
      searchable
      clearable
      nothingFoundMessage={found.isFetching ? 'Searching…' : 'No lead matches'}
      filter={({ options }) => options}
      data={[...options].map(([id, label]) => ({ value: id, label }))}
      value={value}
      onChange={onChange}
      searchValue={text}
      onSearchChange={setText}
      {...props}
    />
  )
}
