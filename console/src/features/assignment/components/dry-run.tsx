import { Button, Stack, Text } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { Check, Minus } from 'lucide-react'
import { useState } from 'react'
import { Person } from '@/components/ui/avatar'
import { Section } from '@/components/ui/section'
import { FormError } from '@/components/ui/states'
import { useMembers } from '@/features/identity/api/identity'
import { LeadSelect } from '@/features/leads/components/lead-select'
import { explain } from '@/lib/problem'
import { tryAssignment } from '../api/assignment'
import classes from '../screens/rules.module.css'

export function DryRun() {
  const members = useMembers()
  const [leadId, setLeadId] = useState<string | null>(null)
  const run = useMutation({ meta: { showsError: true }, mutationFn: (id: string) => tryAssignment({ leadId: id }) })
  const result = run.data
  return (
    <Section title="Try it on a lead" note="Shows what the rules would decide and why. Nothing changes.">
      <Stack gap="sm">
        <LeadSelect
          label="Lead"
          placeholder="Find by name, email, company"
          value={leadId}
          onChange={id => {
            setLeadId(id)
            run.reset()
          }}
        />
        <Button variant="default" disabled={!leadId} loading={run.isPending} onClick={() => leadId && run.mutate(leadId)}>
          Who would get it?
        </Button>
        <FormError message={run.error ? (explain(run.error).advice ?? explain(run.error).title) : undefined} />
        {result && (
          <div role="status">
            <Text size="sm" mb={10} component="div">
              {result.agentId ? (
                <>
                  It would go to <strong style={{ fontWeight: 600 }}>{members.name(result.agentId)}</strong>.
                </>
              ) : (
                'Nobody would get it: it would wait in the queue.'
              )}
            </Text>
            <ol className={classes.explain}>
              {result.explanation.map(step => (
                <li key={step.ruleId}>
                  {step.matched ? <Check size={15} color="var(--tl-green)" aria-label="fits" style={{ marginTop: 2 }} /> : <Minus size={15} color="var(--tl-ink-3)" aria-label="does not fit" style={{ marginTop: 2 }} />}
                  <span>
                    <span style={{ fontWeight: step.matched ? 600 : 400 }}>{step.name}</span>
                    <span className={classes.why} style={{ display: 'block' }}>
                      {step.why}
                    </span>
                  </span>
                </li>
              ))}
            </ol>
            {result.agentId && (
              <div style={{ marginTop: 12 }}>
                <Person name={members.name(result.agentId) ?? '…'} />
              </div>
            )}
          </div>
        )}
      </Stack>
    </Section>
  )
}
