import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { ScrollText } from 'lucide-react'
import { useState } from 'react'
import type { AssignmentDecision } from '@/api/types'
import { Person } from '@/components/ui/avatar'
import { DataTable, type Column } from '@/components/ui/data-table'
import { FilterBar } from '@/components/ui/filter-chip'
import { Page } from '@/components/ui/page'
import { EmptyState, ErrorState } from '@/components/ui/states'
import { useMembers } from '@/features/identity/api/identity'
import { MemberSelect } from '@/features/identity/components/member-select'
import { useFormat } from '@/lib/format'
import { decisionsQuery, rulesQuery } from '../api/assignment'
import { LeadName } from '../components/lead-name'
import { ASSIGNMENT_TABS } from '../tabs'

export function DecisionLog() {
  const [agentId, setAgentId] = useState<string | null>(null)
  const members = useMembers()
  const format = useFormat()
  const rules = useQuery(rulesQuery)
  const decisions = useInfiniteQuery(decisionsQuery({ agentId: agentId ?? undefined }))
  const columns: Column<AssignmentDecision>[] = [
    { key: 'when', header: 'When', width: 120, cell: decision => <span title={format.dateTime(decision.decidedAt)}>{format.relative(decision.decidedAt)}</span> },
    { key: 'lead', header: 'Lead', cell: decision => <LeadName id={decision.leadId} /> },
    { key: 'to', header: 'Given to', cell: decision => (decision.agentId ? <Person name={members.name(decision.agentId) ?? '…'} size={20} /> : 'Nobody') },
    { key: 'rule', header: 'Rule', hideBelow: 'md', cell: decision => rules.data?.find(rule => rule.id === decision.ruleId)?.name ?? (decision.ruleId ? 'Deleted rule' : 'By hand') },
    { key: 'why', header: 'Why', hideBelow: 'sm', cell: decision => <span title={decision.reason}>{decision.reason}</span> },
  ]
  return (
    <Page title="Assignment" tabs={ASSIGNMENT_TABS} layout="fill">
      <FilterBar>
        <MemberSelect aria-label="Given to" placeholder="Given to anyone" clearable w={220} value={agentId} onChange={setAgentId} />
      </FilterBar>
      {decisions.error && !decisions.data ? (
        <ErrorState error={decisions.error} onRetry={() => void decisions.refetch()} />
      ) : (
        <DataTable
          label="Decisions"
          columns={columns}
          rows={decisions.data?.pages.flatMap(page => page.data)}
          rowKey={decision => decision.id}
          hasMore={decisions.hasNextPage}
          loadingMore={decisions.isFetchingNextPage}
          onMore={() => void decisions.fetchNextPage()}
          empty={
            <EmptyState icon={ScrollText} title="No decision yet">
              Each time a lead is given to somebody, the rule and the reason are kept here.
            </EmptyState>
          }
        />
      )}
    </Page>
  )
}
