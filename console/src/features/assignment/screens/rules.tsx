import { Button } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { Plus, Split } from 'lucide-react'
import { useState } from 'react'
import type { Rule } from '@/api/types'
import { Page } from '@/components/ui/page'
import { Section } from '@/components/ui/section'
import { EmptyState, Loaded } from '@/components/ui/states'
import { useCan } from '@/lib/auth/permissions'
import { poolsQuery, rulesQuery } from '../api/assignment'
import { DryRun } from '../components/dry-run'
import { RuleEditor } from '../components/rule-editor'
import { RuleList } from '../components/rule-list'
import { ASSIGNMENT_TABS } from '../tabs'
import classes from './rules.module.css'

export function Rules() {
  const rules = useQuery(rulesQuery)
  const pools = useQuery(poolsQuery)
  const mayWrite = useCan('assignment:write')
  const [editing, setEditing] = useState<Rule | 'new' | null>(null)
  const noPools = pools.data?.length === 0
  const add = (
    <Button leftSection={<Plus size={14} />} onClick={() => setEditing('new')} disabled={noPools}>
      New rule
    </Button>
  )
  return (
    <Page title="Assignment" tabs={ASSIGNMENT_TABS} actions={mayWrite && add}>
      <div className={classes.split}>
        <Section title="Rules" note="Read from the top; the first one that fits decides. Drag, or use the arrow keys on the handle, to change the order." flush>
          <Loaded query={rules}>
            {list =>
              list.length === 0 ? (
                <EmptyState
                  compact
                  icon={Split}
                  title="Who should get which lead?"
                  actions={
                    mayWrite &&
                    (noPools ? (
                      <Button component={Link} to="/assignment/pools">
                        Create a pool first
                      </Button>
                    ) : (
                      add
                    ))
                  }
                >
                  A rule says: leads like this go to that pool of people, in turn or to whoever has least to do. Until there is a rule, new leads wait without an owner.
                </EmptyState>
              ) : (
                <RuleList rules={list} pools={pools.data ?? []} readOnly={!mayWrite} onEdit={setEditing} />
              )
            }
          </Loaded>
        </Section>
        <DryRun />
      </div>
      <RuleEditor rule={editing} pools={pools.data ?? []} onClose={() => setEditing(null)} />
    </Page>
  )
}
