import { Button, Stack } from '@mantine/core'
import { useForm } from '@mantine/form'
import { notifications } from '@mantine/notifications'
import { useMutation } from '@tanstack/react-query'
import { Link, useNavigate } from '@tanstack/react-router'
import { FormError } from '@/components/ui/states'
import { toFormErrors } from '@/lib/problem'
import { resetPassword } from '../api/account'
import { AuthLayout } from '../components/auth-layout'
import { NewPassword, passwordProblem } from '../components/new-password'
import { resetPasswordRoute } from '../routes'

const FIELDS = ['password'] as const

export function ResetPassword() {
  const navigate = useNavigate()
  const { token = '' } = resetPasswordRoute.useSearch()
  const form = useForm({ initialValues: { password: '' }, validate: { password: passwordProblem } })
  const reset = useMutation({
    meta: { showsError: true },
    mutationFn: (password: string) => resetPassword(token, password),
    onSuccess: () => {
      notifications.show({ title: 'Password set', message: 'All devices are signed out. Sign in with the new password.' })
      return navigate({ to: '/sign-in', replace: true })
    },
    onError: error => form.setErrors(toFormErrors(error, FIELDS).fields),
  })
  const foot = (
    <Link to="/forgot-password" className="tl-link">
      Ask for a new link
    </Link>
  )
  if (!token) {
    return (
      <AuthLayout title="This link is not complete" lead="Open the link in the email again, or ask for a new one." foot={foot}>
        {null}
      </AuthLayout>
    )
  }
  return (
    <AuthLayout title="Choose a new password" lead="You are signed out on every device and sign in with the new password." foot={foot}>
      <form onSubmit={form.onSubmit(values => reset.mutate(values.password))} noValidate>
        <Stack gap="sm">
          <NewPassword label="New password" data-autofocus {...form.getInputProps('password')} />
          <FormError message={reset.error ? toFormErrors(reset.error, FIELDS).rest : undefined} />
          <Button type="submit" size="md" mt={4} loading={reset.isPending}>
            Set password
          </Button>
        </Stack>
      </form>
    </AuthLayout>
  )
}
