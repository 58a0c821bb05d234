import { Button, Stack, TextInput } from '@mantine/core'
import { useForm } from '@mantine/form'
import { useMutation } from '@tanstack/react-query'
import { Link, useNavigate } from '@tanstack/react-router'
import { FormError } from '@/components/ui/states'
import { acceptInvitation } from '@/lib/auth/session'
import { toFormErrors } from '@/lib/problem'
import { AuthLayout } from '../components/auth-layout'
import { NewPassword, passwordProblem } from '../components/new-password'
import { acceptRoute } from '../routes'

const FIELDS = ['name', 'password'] as const

export function AcceptInvitation() {
  const navigate = useNavigate()
  const { token = '' } = acceptRoute.useSearch()
  const form = useForm({
    initialValues: { name: '', password: '' },
    validate: { name: value => (value.trim() ? null : 'Enter your name'), password: passwordProblem },
  })
  const accept = useMutation({
    meta: { showsError: true },
    mutationFn: acceptInvitation,
    onSuccess: () => navigate({ to: '/', replace: true }),
    onError: error => form.setErrors(toFormErrors(error, FIELDS).fields),
  })
  const foot = (
    <Link to="/sign-in" className="tl-link">
      Go to sign in
    </Link>
  )
  if (!token) {
    return (
      <AuthLayout title="This link is not complete" lead="Open the link in the invitation email again, or ask for a new invitation." foot={foot}>
        {null}
      </AuthLayout>
    )
  }
  return (
    <AuthLayout title="Join your team" lead="Choose how you appear to your colleagues, and a password." foot={foot}>
      <form onSubmit={form.onSubmit(values => accept.mutate({ ...values, token }))} noValidate>
        <Stack gap="sm">
          <TextInput label="Your name" autoComplete="name" size="md" data-autofocus {...form.getInputProps('name')} />
          <NewPassword {...form.getInputProps('password')} />
          <FormError message={accept.error ? toFormErrors(accept.error, FIELDS).rest : undefined} />
          <Button type="submit" size="md" mt={4} loading={accept.isPending}>
            Join workspace
          </Button>
        </Stack>
      </form>
    </AuthLayout>
  )
}
