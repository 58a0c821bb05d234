import { Stack } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { Loaded } from '@/components/ui/states'
import { meQuery } from '../api/identity'
import { EmailSection } from '../components/email-section'
import { PasswordSection } from '../components/password-section'
import { SettingsPage } from '../components/settings-page'

/** What is a person's own, whatever workspace they are in. */
export function Account() {
  const me = useQuery(meQuery)
  return (
    <SettingsPage layout="narrow">
      <Loaded query={me}>
        {({ user }) => (
          <Stack>
            <EmailSection user={user} />
            <PasswordSection />
          </Stack>
        )}
      </Loaded>
    </SettingsPage>
  )
}
