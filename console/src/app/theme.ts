import {
  ActionIcon, Alert, Badge, Button, Card, Checkbox, createTheme, Drawer, InputBase, Input, Menu, Modal, Paper, Popover, Select, Switch,
  Table, Tabs, Tooltip, type CSSVariablesResolver, type MantineColorsTuple,
} from '@mantine/core'

const tide: MantineColorsTuple = ['#e9f6f8', '#d4edf1', '#a9dbe4', '#7bc8d6', '#46bfd4', '#2b9fb5', '#16869c', '#0b6e82', '#095b6c', '#07495a']

/** Mantine's own dark greys, in the tone of the tokens: inputs, menus and skeletons use them directly. */
const dark: MantineColorsTuple = ['#eceef0', '#c9cfd5', '#adb4bb', '#8b939b', '#383d43', '#2a2f34', '#1b1e22', '#15171a', '#0e1012', '#08090a']

const small = { size: 'sm' } as const
/** Denser than Mantine's own sizes: a table tool, not a landing page. */
const controlHeight = (size: unknown) => (size === 'xs' ? '28px' : size === 'md' ? '38px' : '34px')

export const theme = createTheme({
  primaryColor: 'tide',
  primaryShade: { light: 7, dark: 4 },
  autoContrast: true,
  colors: { tide, dark },
  fontFamily: "'Inter Variable', system-ui, -apple-system, 'Segoe UI', sans-serif",
  fontFamilyMonospace: "ui-monospace, 'SF Mono', 'Cascadia Mono', Menlo, Consolas, monospace",
  fontSizes: { xs: '12px', sm: '13px', md: '14px', lg: '16px', xl: '20px' },
  lineHeights: { xs: '1.4', sm: '1.45', md: '1.5', lg: '1.5', xl: '1.4' },
  headings: {
    fontWeight: '600',
    sizes: { h1: { fontSize: '20px', lineHeight: '1.3' }, h2: { fontSize: '15px', lineHeight: '1.4' }, h3: { fontSize: '13px', lineHeight: '1.45' } },
  },
  radius: { xs: '3px', sm: '5px', md: '7px', lg: '10px', xl: '14px' },
  defaultRadius: 'md',
  spacing: { xs: '8px', sm: '12px', md: '16px', lg: '20px', xl: '28px' },
  breakpoints: { xs: '30em', sm: '48em', md: '60em', lg: '75em', xl: '90em' },
  cursorType: 'pointer',
  focusRing: 'auto',
  components: {
    Button: Button.extend({
      defaultProps: small,
      // Mantine chooses the text colour from the palette's shade; the accent differs per scheme, so its text does too.
      vars: (_, { size, color, variant }) => ({
        root: {
          '--button-height': controlHeight(size),
          '--button-padding-x': size === 'xs' ? '10px' : '13px',
          ...(color || (variant && variant !== 'filled') ? {} : { '--button-color': 'var(--tl-on-accent)' }),
        },
      }),
      styles: { label: { fontWeight: 500 } },
    }),
    ActionIcon: ActionIcon.extend({ defaultProps: { variant: 'subtle', color: 'gray', size: 28 } }),
    Input: Input.extend({ defaultProps: small, vars: (_, { size, multiline }) => ({ wrapper: multiline ? { '--input-height': controlHeight(size) } : { '--input-height': controlHeight(size), '--input-size': controlHeight(size) } }) }),
    InputBase: InputBase.extend({ defaultProps: small }),
    InputWrapper: Input.Wrapper.extend({ defaultProps: small, styles: { label: { fontWeight: 500, marginBottom: 4 }, description: { color: 'var(--tl-ink-3)' } } }),
    TextInput: { defaultProps: small },
    PasswordInput: { defaultProps: small },
    NumberInput: { defaultProps: small },
    Textarea: { defaultProps: small },
    Select: Select.extend({ defaultProps: { ...small, checkIconPosition: 'right', comboboxProps: { shadow: 'md', transitionProps: { duration: 0 } }, maxDropdownHeight: 300 } }),
    MultiSelect: { defaultProps: { ...small, comboboxProps: { shadow: 'md', transitionProps: { duration: 0 } }, maxDropdownHeight: 300 } },
    TagsInput: { defaultProps: small },
    DateTimePicker: { defaultProps: small },
    ColorInput: { defaultProps: small },
    Checkbox: Checkbox.extend({ defaultProps: { size: 'xs', iconColor: 'var(--tl-on-accent)' } }),
    Switch: Switch.extend({ defaultProps: { size: 'sm', withThumbIndicator: false } }),
    Badge: Badge.extend({ defaultProps: { variant: 'light', radius: 'sm' }, styles: { label: { textTransform: 'none', fontWeight: 500, letterSpacing: 0 } } }),
    Paper: Paper.extend({ defaultProps: { radius: 'lg' } }),
    Card: Card.extend({ defaultProps: { radius: 'lg', withBorder: true, padding: 'md' } }),
    Tabs: Tabs.extend({ styles: { tab: { fontWeight: 500, padding: '9px 12px' } } }),
    Table: Table.extend({ defaultProps: { verticalSpacing: 7, horizontalSpacing: 'sm' } }),
    Tooltip: Tooltip.extend({ defaultProps: { openDelay: 400, withArrow: false, fz: 'xs', radius: 'sm', transitionProps: { duration: 80 } } }),
    Menu: Menu.extend({ defaultProps: { shadow: 'md', transitionProps: { duration: 60 } } }),
    Popover: Popover.extend({ defaultProps: { shadow: 'md', transitionProps: { duration: 60 } } }),
    Modal: Modal.extend({ defaultProps: { centered: true, overlayProps: { backgroundOpacity: 0.4 }, transitionProps: { duration: 100, transition: 'pop' }, closeButtonProps: { 'aria-label': 'Close' } }, styles: { title: { fontWeight: 600, fontSize: 15 } } }),
    Drawer: Drawer.extend({ defaultProps: { position: 'right', overlayProps: { backgroundOpacity: 0.3 }, transitionProps: { duration: 140 }, closeButtonProps: { 'aria-label': 'Close' } }, styles: { title: { fontWeight: 600, fontSize: 15 } } }),
    Alert: Alert.extend({ defaultProps: { radius: 'md' } }),
  },
})

const shared = {
  '--mantine-color-body': 'var(--tl-surface)',
  '--mantine-color-text': 'var(--tl-ink)',
  '--mantine-color-bright': 'var(--tl-ink)',
  '--mantine-color-dimmed': 'var(--tl-ink-2)',
  '--mantine-color-placeholder': 'var(--tl-ink-3)',
  '--mantine-color-default': 'var(--tl-surface)',
  '--mantine-color-default-hover': 'var(--tl-hover)',
  '--mantine-color-default-color': 'var(--tl-ink)',
  '--mantine-color-default-border': 'var(--tl-line-strong)',
  '--mantine-color-error': 'var(--tl-red)',
  '--mantine-color-anchor': 'var(--tl-accent-ink)',
  '--mantine-primary-color-filled': 'var(--tl-accent)',
  '--mantine-primary-color-filled-hover': 'var(--tl-accent-hover)',
  '--mantine-primary-color-light': 'var(--tl-accent-soft)',
  '--mantine-primary-color-light-hover': 'var(--tl-accent-soft)',
  '--mantine-primary-color-light-color': 'var(--tl-accent-ink)',
  '--mantine-primary-color-contrast': 'var(--tl-on-accent)',
  '--mantine-color-tide-filled': 'var(--tl-accent)',
  '--mantine-color-tide-filled-hover': 'var(--tl-accent-hover)',
  '--mantine-color-tide-light': 'var(--tl-accent-soft)',
  '--mantine-color-tide-light-hover': 'var(--tl-accent-soft)',
  '--mantine-color-tide-light-color': 'var(--tl-accent-ink)',
  '--mantine-color-tide-outline': 'var(--tl-accent)',
  '--mantine-color-tide-text': 'var(--tl-accent-ink)',
  '--mantine-color-gray-light': 'var(--tl-gray-soft)',
  '--mantine-color-gray-light-hover': 'var(--tl-active)',
  '--mantine-color-gray-light-color': 'var(--tl-ink-2)',
  '--mantine-color-gray-text': 'var(--tl-ink-2)',
  '--mantine-color-gray-outline': 'var(--tl-ink-2)',
  '--mantine-color-red-light': 'var(--tl-red-soft)',
  '--mantine-color-red-light-hover': 'var(--tl-red-soft)',
  '--mantine-color-red-light-color': 'var(--tl-red)',
  '--mantine-color-red-text': 'var(--tl-red)',
  '--mantine-color-red-filled': 'light-dark(#c0262d, #c93a41)',
  '--mantine-color-red-filled-hover': 'light-dark(#a71f26, #b5333a)',
}

export const resolver: CSSVariablesResolver = () => ({ variables: {}, light: shared, dark: shared })
