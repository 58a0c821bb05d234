import { Button, Stack, TextInput } from '@mantine/core'
import { useForm } from '@mantine/form'
import { useMutation } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { FormError } from '@/components/ui/states'
import { toFormErrors } from '@/lib/problem'
import { forgotPassword } from '../api/account'
import { AuthLayout } from '../components/auth-layout'

const FIELDS = ['email'] as const

export function ForgotPassword() {
  const form = useForm({ initialValues: { email: '' }, validate: { email: value => (value.includes('@') ? null : 'Enter your email address') } })
  const ask = useMutation({
    meta: { showsError: true },
    mutationFn: forgotPassword,
    onError: error => form.setErrors(toFormErrors(error, FIELDS).fields),
  })
  const foot = (
    <Link to="/sign-in" className="tl-link">
      Back to sign in
    </Link>
  )
  if (ask.isSuccess) {
    return (
      <AuthLayout title="Look into your mailbox" lead={`If ${form.values.email.trim()} has an account, a link to a new password is on its way. It works for 30 minutes.`} foot={foot}>
        {null}
      </AuthLayout>
    )
  }
  return (
    <AuthLayout title="Forgot your password?" lead="Enter the address you sign in with. We send a link with which you choose a new password." foot={foot}>
      <form onSubmit={form.onSubmit(values => ask.mutate(values.email))} noValidate>
        <Stack gap="sm">
          <TextInput label="Email" type="email" autoComplete="username" size="md" data-autofocus {...form.getInputProps('email')} />
          <FormError message={ask.error ? toFormErrors(ask.error, FIELDS).rest : undefined} />
          <Button type="submit" size="md" mt={4} loading={ask.isPending}>
            Send the link
          </Button>
        </Stack>
      </form>
    </AuthLayout>
  )
}
