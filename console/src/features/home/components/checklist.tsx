import { Button } from '@mantine/core'
import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { Check } from 'lucide-react'
import { Section } from '@/components/ui/section'
import { rulesQuery } from '@/features/assignment/api/assignment'
import { brandsQuery } from '@/features/brands/api/brands'
import { campaignsQuery } from '@/features/campaigns/api/campaigns'
import { invitationsQuery, membersQuery } from '@/features/identity/api/identity'
import { leadSummaryQuery } from '@/features/leads/api/leads'
import { useCan } from '@/lib/auth/permissions'
import classes from '../screens/home.module.css'

/** What a new workspace still needs; gone once everything is there. */
export function Checklist() {
  const admin = useCan('members:write')
  const summary = useQuery(leadSummaryQuery)
  const brands = useQuery({ ...brandsQuery, enabled: admin })
  const rules = useQuery({ ...rulesQuery, enabled: admin })
  const members = useQuery({ ...membersQuery, enabled: admin })
  const invitations = useQuery({ ...invitationsQuery, enabled: admin })
  const campaigns = useInfiniteQuery({ ...campaignsQuery, enabled: admin })
  if (!admin || !summary.data || !rules.data || !members.data || !campaigns.data || !brands.data) return null

  const steps = [
    { done: summary.data.total > 0, title: 'Bring your leads', text: 'Import a CSV, or add the first one by hand.', to: '/imports/new', action: 'Import' },
    { done: brands.data.some(brand => brand.postalAddress && brand.sender?.fromEmail), title: 'Set up your brand', text: 'Colours, sender and the address every mail must carry.', to: '/settings/brands', action: 'Open brands' },
    { done: members.data.length + (invitations.data?.length ?? 0) > 1, title: 'Invite your team', text: 'Roles decide what each person may see and do.', to: '/settings/members', action: 'Invite' },
    { done: rules.data.length > 0, title: 'Route leads to people', text: 'Rules decide who gets which lead, at once.', to: '/assignment', action: 'Add a rule' },
    { done: campaigns.data.pages.some(page => page.data.some(campaign => campaign.startedAt)), title: 'Send a first campaign', text: 'In the sandbox nothing leaves the server until you say so.', to: '/campaigns/new', action: 'Compose' },
  ]
  const open = steps.filter(step => !step.done).length
  if (open === 0) return null
  return (
    <Section title="Get going" note={`${steps.length - open} of ${steps.length} done`} flush>
      <ul className={classes.steps}>
        {steps.map(step => (
          <li key={step.title} className={`${classes.step} ${step.done ? classes.done : ''}`}>
            <span className={classes.tick} aria-hidden>
              {step.done && <Check size={12} strokeWidth={3} />}
            </span>
            <span>
              <span className={classes.stepTitle}>{step.title}</span>
              {step.done ? <span className="tl-sr"> (done)</span> : <span className={classes.stepText} style={{ display: 'block' }}>{step.text}</span>}
            </span>
            {!step.done && (
              <Button component={Link} to={step.to} size="xs" variant="default">
                {step.action}
              </Button>
            )}
          </li>
        ))}
      </ul>
    </Section>
  )
}
