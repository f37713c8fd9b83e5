from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('courses', '0008_names'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='workingcopy',
            name='working_copy_once_for_each_editor',
        ),
        migrations.RemoveField(
            model_name='workingcopy',
            name='closed_form',
        ),
        # What is kept already gets a name under which it can be restored and discarded.
        migrations.AddField(
            model_name='workingcopy',
            name='form',
            field=models.CharField(blank=True, default='0', max_length=32),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name='workingcopy',
            name='is_over',
            field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name='workingcopy',
            name='number',
            field=models.PositiveIntegerField(default=0, help_text='How often the form had sent its content until then.'),
        ),
        migrations.AddConstraint(
            model_name='workingcopy',
            constraint=models.UniqueConstraint(fields=('kind', 'object_id', 'editor', 'form'), name='working_copy_once_for_each_form'),
        ),
    ]
