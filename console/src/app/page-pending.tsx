import { Lines } from '@/components/ui/states'

export function PagePending() {
  return (
    <div style={{ padding: 24, maxWidth: 720 }}>
      <Lines count={6} />
    </div>
  )
}
