import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { leadQuery } from '@/features/leads/api/leads'
import { primaryCell } from '@/components/ui/data-table'

/** Assignment knows leads by id only; the name is looked up, and a lead that is gone says so. */
export function LeadName({ id }: { id: string }) {
  const lead = useQuery({ ...leadQuery(id), staleTime: 60_000, retry: false })
  if (lead.error) return <span style={{ color: 'var(--tl-ink-3)' }}>Deleted lead</span>
  return (
    <Link to="/leads/$leadId" params={{ leadId: id }} {...primaryCell}>
      {lead.data?.displayName ?? '…'}
    </Link>
  )
}
