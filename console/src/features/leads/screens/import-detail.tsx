import { useQuery } from '@tanstack/react-query'
import { Check } from 'lucide-react'
import { Page } from '@/components/ui/page'
import { Loaded } from '@/components/ui/states'
import { StateBadge } from '@/components/ui/status-badge'
import { importQuery } from '../api/imports'
import { ImportCheck } from '../components/import-check'
import { ImportMap } from '../components/import-map'
import { ImportProgress } from '../components/import-progress'
import { stepOf, type WizardStep } from '../import-wizard'
import { importRoute } from '../routes'
import classes from './import.module.css'

const STEPS: { step: WizardStep[]; label: string }[] = [
  { step: ['map'], label: 'Match columns' },
  { step: ['check'], label: 'Check' },
  { step: ['progress', 'result'], label: 'Import' },
]

export function ImportDetail() {
  const { importId } = importRoute.useParams()
  const { step: wanted } = importRoute.useSearch()
  const item = useQuery(importQuery(importId))
  return (
    <Page title={item.data?.fileName ?? 'Import'} crumbs={[{ label: 'Imports', to: '/imports' }]} meta={item.data && <StateBadge state={item.data.status} />} layout="medium">
      <Loaded query={item}>
        {data => {
          const step = stepOf(data, wanted)
          return (
            <div>
              <Stepper current={step} />
              {step === 'map' && <ImportMap key={`${data.delimiter}${data.encoding}${data.hasHeader}`} item={data} />}
              {step === 'check' && <ImportCheck item={data} />}
              {(step === 'progress' || step === 'result') && <ImportProgress item={data} />}
            </div>
          )
        }}
      </Loaded>
    </Page>
  )
}

function Stepper({ current }: { current: WizardStep }) {
  const at = STEPS.findIndex(entry => entry.step.includes(current))
  return (
    <ol className={classes.stepper} aria-label="Steps">
      {STEPS.map((entry, index) => (
        <li key={entry.label} className={index < at ? classes.done : undefined} aria-current={index === at ? 'step' : undefined}>
          <span className={classes.num} aria-hidden>
            {index < at ? <Check size={12} /> : index + 1}
          </span>
          {entry.label}
        </li>
      ))}
    </ol>
  )
}
