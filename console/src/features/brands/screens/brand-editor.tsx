import { Button, ColorInput, Select, SimpleGrid, Stack, Switch, Textarea, TextInput } from '@mantine/core'
import { useForm } from '@mantine/form'
import { notifications } from '@mantine/notifications'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import type { Brand, BrandFields } from '@/api/types'
import { Page } from '@/components/ui/page'
import { Section } from '@/components/ui/section'
import { FormError, Loaded } from '@/components/ui/states'
import { useLeaveGuard } from '@/components/ui/use-leave-guard'
import { useCan } from '@/lib/auth/permissions'
import { isProblem, toFormErrors } from '@/lib/problem'
import { brandQuery, updateBrand } from '../api/brands'
import { LogoField } from '../components/logo-field'
import { BrandPreviewPane } from '../components/brand-preview'
import { brandRoute } from '../routes'
import classes from './brand-editor.module.css'

const crumbs = [
  { label: 'Settings', to: '/settings' as const },
  { label: 'Brands', to: '/settings/brands' as const },
]

const FIELDS = ['name', 'isDefault', 'primaryColor', 'accentColor', 'logoUrl', 'fontFamily', 'voice', 'legalName', 'postalAddress', 'websiteUrl', 'language', 'sender.fromName', 'sender.fromEmail', 'sender.replyTo'] as const

const FONTS = ['Helvetica, Arial, sans-serif', 'Arial, sans-serif', 'Verdana, Geneva, sans-serif', 'Georgia, serif', "'Times New Roman', serif", "'Trebuchet MS', sans-serif"]
const LANGUAGES = [
  { value: 'en', label: 'English' },
  { value: 'de', label: 'German' },
  { value: 'fr', label: 'French' },
  { value: 'es', label: 'Spanish' },
  { value: 'it', label: 'Italian' },
  { value: 'nl', label: 'Dutch' },
  { value: 'pl', label: 'Polish' },
  { value: 'pt', label: 'Portuguese' },
  { value: 'sv', label: 'Swedish' },
]

export function BrandEditor() {
  const { brandId } = brandRoute.useParams()
  const brand = useQuery(brandQuery(brandId))
  return brand.data ? (
    <Editor key={`${brand.data.id} ${brand.data.version}`} brand={brand.data} />
  ) : (
    <Page title="Brand" crumbs={crumbs}>
      <Loaded query={brand}>{() => null}</Loaded>
    </Page>
  )
}

const texts = (brand: Brand): BrandFields => ({
  name: brand.name,
  isDefault: brand.isDefault,
  primaryColor: brand.primaryColor,
  accentColor: brand.accentColor,
  logoUrl: brand.logoUrl ?? '',
  fontFamily: brand.fontFamily,
  voice: brand.voice ?? '',
  legalName: brand.legalName,
  postalAddress: brand.postalAddress,
  websiteUrl: brand.websiteUrl ?? '',
  language: brand.language,
  sender: { fromName: brand.sender?.fromName ?? '', fromEmail: brand.sender?.fromEmail ?? '', replyTo: brand.sender?.replyTo ?? '' },
})

const orNull = (text: string | null | undefined) => text?.trim() || null

const toFields = (values: BrandFields): BrandFields => ({
  ...values,
  logoUrl: orNull(values.logoUrl),
  voice: orNull(values.voice),
  websiteUrl: orNull(values.websiteUrl),
  sender: { ...values.sender, replyTo: orNull(values.sender.replyTo) },
})

function Editor({ brand }: { brand: Brand }) {
  const client = useQueryClient()
  const readOnly = !useCan('brands:write')
  const form = useForm<BrandFields>({
    initialValues: texts(brand),
    validate: {
      name: value => (value.trim() ? null : 'Give the brand a name'),
      legalName: value => (value.trim() ? null : 'Needed in the footer of every message'),
      postalAddress: value => (value.trim() ? null : 'Commercial mail must carry a postal address'),
      sender: { fromEmail: value => (/^\S+@\S+$/.test(value) ? null : 'Enter an email address') },
    },
  })
  const save = useMutation({
    meta: { showsError: true },
    mutationFn: (values: BrandFields) => updateBrand(brand.id, toFields(values), brand.version),
    onSuccess: updated => {
      client.setQueryData(brandQuery(brand.id).queryKey, updated)
      void client.invalidateQueries({ queryKey: ['brands', 'list'] })
      notifications.show({ message: `${updated.name} saved` })
    },
    onError: error => {
      if (isProblem(error, 'stale_version')) void client.invalidateQueries({ queryKey: brandQuery(brand.id).queryKey })
      form.setErrors(toFormErrors(error, FIELDS).fields)
    },
  })
  useLeaveGuard(form.isDirty() && !save.isPending)
  const field = (name: (typeof FIELDS)[number]) => ({ ...form.getInputProps(name), readOnly })
  return (
    <Page
      title={brand.name}
      crumbs={crumbs}
      layout="fill"
      actions={
        !readOnly && (
          <Button form="brand" type="submit" loading={save.isPending} disabled={!form.isDirty()}>
            Save changes
          </Button>
        )
      }
    >
      <div className={classes.split}>
        <form id="brand" className={classes.form} onSubmit={form.onSubmit(values => save.mutate(values))} noValidate>
          <Stack>
            <FormError message={save.error ? toFormErrors(save.error, FIELDS).rest : undefined} />
            <Section title="Look">
              <Stack gap="sm">
                <TextInput label="Name" {...field('name')} />
                <SimpleGrid cols={2} spacing="sm">
                  <ColorInput label="Primary colour" format="hex" withEyeDropper={false} {...field('primaryColor')} />
                  <ColorInput label="Accent colour" format="hex" withEyeDropper={false} {...field('accentColor')} />
                </SimpleGrid>
                <Select label="Font" allowDeselect={false} data={[...new Set([brand.fontFamily, ...FONTS])].map(value => ({ value, label: value.split(',')[0]!.replaceAll("'", '') }))} {...field('fontFamily')} />
                <LogoField {...field('logoUrl')} value={form.values.logoUrl ?? ''} onText={value => form.setFieldValue('logoUrl', value)} />
              </Stack>
            </Section>
            <Section title="Sender">
              <Stack gap="sm">
                <TextInput label="Sender name" {...field('sender.fromName')} />
                <TextInput label="Sender email" type="email" {...field('sender.fromEmail')} />
                <TextInput label="Replies go to" placeholder="The sender" {...field('sender.replyTo')} />
              </Stack>
            </Section>
            <Section title="Footer" note="The law asks for these in commercial mail.">
              <Stack gap="sm">
                <TextInput label="Legal name" {...field('legalName')} />
                <Textarea label="Postal address" autosize minRows={2} {...field('postalAddress')} />
                <TextInput label="Website" placeholder="https://…" {...field('websiteUrl')} />
              </Stack>
            </Section>
            <Section title="Language and voice">
              <Stack gap="sm">
                <Select label="Language" allowDeselect={false} data={LANGUAGES.some(entry => entry.value === brand.language) ? LANGUAGES : [{ value: brand.language, label: brand.language }, ...LANGUAGES]} {...field('language')} />
                <Textarea label="Voice" description="How this brand speaks, for whoever writes." autosize minRows={3} {...field('voice')} />
                <Switch label="Default brand" description="Used when a campaign does not choose another." disabled={readOnly || brand.isDefault} checked={form.values.isDefault} onChange={event => form.setFieldValue('isDefault', event.currentTarget.checked)} />
              </Stack>
            </Section>
          </Stack>
        </form>
        <BrandPreviewPane brand={brand} edited={form.values} dirty={form.isDirty()} />
      </div>
    </Page>
  )
}
