import { Button } from '@mantine/core'
import { Link, useRouter, type ErrorComponentProps } from '@tanstack/react-router'
import { Compass } from 'lucide-react'
import { EmptyState, ErrorState } from '@/components/ui/states'
import { refresh } from '@/lib/auth/session'

export function NotFound() {
  return (
    <EmptyState
      icon={Compass}
      title="There is nothing at this address"
      actions={
        <Button component={Link} to="/">
          Go to Home
        </Button>
      }
    >
      The page may have moved, or what it showed was deleted.
    </EmptyState>
  )
}

export function RouteFailure({ error, reset }: ErrorComponentProps) {
  const router = useRouter()
  const retry = async () => {
    // A chunk that is gone after an upgrade is only found by loading the new page.
    if (/dynamically imported module|module script/i.test(String(error))) return window.location.reload()
    await refresh()
    reset()
    await router.invalidate()
  }
  return <ErrorState error={error} onRetry={() => void retry()} />
}
