import { Button } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { FormError } from '@/components/ui/states'
import { authState, refresh } from '@/lib/auth/session'
import { explain } from '@/lib/problem'
import { confirmEmail } from '../api/account'
import { AuthLayout } from '../components/auth-layout'
import { confirmEmailRoute } from '../routes'

/** Asks for a click: scanners of mail open links, and an address is not proved by a scanner. */
export function ConfirmEmail() {
  const client = useQueryClient()
  const { token = '' } = confirmEmailRoute.useSearch()
  const confirm = useMutation({
    meta: { showsError: true },
    mutationFn: confirmEmail,
    onSuccess: async () => {
      // The session carries the address to every screen.
      if (authState().status === 'signedIn') await refresh()
      void client.invalidateQueries({ queryKey: ['identity'] })
    },
  })
  const foot = (
    <Link to="/" className="tl-link">
      Go to Tideline
    </Link>
  )
  if (!token) {
    return (
      <AuthLayout title="This link is not complete" lead="Open the link in the email again, or ask for a new one in your account." foot={foot}>
        {null}
      </AuthLayout>
    )
  }
  if (confirm.isSuccess) {
    return (
      <AuthLayout title="Your address is confirmed" lead="You sign in with it, and messages about your account go there." foot={foot}>
        {null}
      </AuthLayout>
    )
  }
  const problem = confirm.error ? explain(confirm.error) : undefined
  return (
    <AuthLayout title="Confirm your email address" lead="One click, and the address belongs to your account." foot={foot}>
      <FormError message={problem && [problem.title, problem.advice].filter(Boolean).join(' ')} />
      <Button size="md" mt={4} data-autofocus loading={confirm.isPending} onClick={() => confirm.mutate(token)}>
        Confirm the address
      </Button>
    </AuthLayout>
  )
}
