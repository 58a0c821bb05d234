// The recent activity of the workspace, put together from what each service already tells.
import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { FileUp, Megaphone, Split, UserPlus, type LucideIcon } from 'lucide-react'
import type { AssignmentDecision, Campaign, Lead, LeadImport } from '@/api/types'
import { decisionsQuery } from '@/features/assignment/api/assignment'
import { campaignsQuery } from '@/features/campaigns/api/campaigns'
import { importsQuery } from '@/features/leads/api/imports'
import { leadsQuery } from '@/features/leads/api/leads'
import { workloadQuery } from '@/features/assignment/api/assignment'
import { useCan } from '@/lib/auth/permissions'
import { formatNumber, plural } from '@/lib/format'

export interface Recent {
  id: string
  at: string
  icon: LucideIcon
  text: string
  link: { to: string; params?: Record<string, string>; search?: Record<string, string> }
  who?: string | null
}

const BURST = 5

export function fromLeads(leads: Lead[]): Recent[] {
  const single = leads.filter(lead => !lead.importId)
  return single.map(lead => ({
    id: `lead ${lead.id}`,
    at: lead.createdAt,
    icon: UserPlus,
    text: `New lead ${lead.displayName}${lead.company ? ` of ${lead.company}` : ''}${lead.source ? `, from ${lead.source}` : ''}`,
    link: { to: '/leads/$leadId', params: { leadId: lead.id } },
  }))
}

export function fromImports(imports: LeadImport[]): Recent[] {
  return imports
    .filter(item => item.startedAt)
    .map(item => ({
      id: `import ${item.id} ${item.status}`,
      at: item.finishedAt ?? item.startedAt ?? item.createdAt,
      icon: FileUp,
      text: item.status === 'undone' ? `Import of ${item.fileName} was undone` : item.status === 'running' ? `Importing ${item.fileName}, ${Math.floor(item.percent)}% done` : `${item.fileName} brought ${plural(item.created, 'new lead')}${item.rejected ? `, ${formatNumber(item.rejected)} rows refused` : ''}`,
      link: { to: '/imports/$importId', params: { importId: item.id } },
    }))
}

export function fromCampaigns(campaigns: Campaign[]): Recent[] {
  return campaigns
    .filter(campaign => campaign.startedAt)
    .map(campaign => ({
      id: `campaign ${campaign.id} ${campaign.status}`,
      at: campaign.completedAt ?? campaign.startedAt ?? campaign.createdAt,
      icon: Megaphone,
      text: campaign.status === 'completed' ? `Campaign ${campaign.name} reached ${plural(campaign.stats?.sent ?? 0, 'person', 'people')}` : `Campaign ${campaign.name} is ${campaign.status}`,
      link: { to: '/campaigns/$campaignId', params: { campaignId: campaign.id } },
    }))
}

/** Assignments come in bursts (an import); neighbours of one agent become one line. A burst that fills what was loaded goes on beyond it. */
export function fromDecisions(decisions: AssignmentDecision[], hasMore: boolean, name: (id?: string | null) => string | undefined): Recent[] {
  const items: (Recent & { agentId?: string | null; count: number })[] = []
  for (const decision of decisions) {
    const last = items.at(-1)
    if (last && last.agentId === decision.agentId) {
      last.count += 1
      const count = hasMore && last.count === decisions.length ? `${last.count} leads or more` : plural(last.count, 'lead')
      last.text = decision.agentId ? `${name(decision.agentId) ?? 'Somebody'} was given ${count}` : `${count} wait for an owner`
      last.link = { to: '/assignment/log' }
    } else {
      const text = decision.agentId ? `${name(decision.agentId) ?? 'Somebody'} was given a lead: ${decision.reason}` : `A lead waits for an owner: ${decision.reason}`
      items.push({ id: `decision ${decision.id}`, at: decision.decidedAt, icon: Split, text, link: { to: '/leads/$leadId', params: { leadId: decision.leadId } }, agentId: decision.agentId, count: 1 })
    }
  }
  return items.slice(0, BURST)
}

export function useRecent(name: (id?: string | null) => string | undefined) {
  const leads = useInfiniteQuery({ ...leadsQuery({}, '-createdAt'), enabled: useCan('leads:read') })
  const imports = useInfiniteQuery({ ...importsQuery, enabled: useCan('imports:write') })
  const campaigns = useInfiniteQuery({ ...campaignsQuery, enabled: useCan('campaigns:read') })
  const decisions = useInfiniteQuery({ ...decisionsQuery({}), enabled: useCan('assignment:read') })
  const loading = [leads, imports, campaigns, decisions].some(query => query.isLoading)
  const items = [
    ...fromLeads(leads.data?.pages[0]?.data ?? []).slice(0, BURST),
    ...fromImports(imports.data?.pages[0]?.data ?? []),
    ...fromCampaigns(campaigns.data?.pages[0]?.data ?? []),
    ...fromDecisions(decisions.data?.pages[0]?.data ?? [], Boolean(decisions.data?.pages[0]?.next), name),
  ].sort((a, b) => b.at.localeCompare(a.at))
  return { loading, items: items.slice(0, 12) }
}

export const useWorkload = () => useQuery({ ...workloadQuery, enabled: useCan('assignment:read') })
