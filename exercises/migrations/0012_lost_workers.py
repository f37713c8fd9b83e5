from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("exercises", "0011_publishing")]

    operations = [
        migrations.AddField(
            model_name="run",
            name="workers_lost",
            field=models.PositiveSmallIntegerField(default=0, verbose_name="lost workers"),
        ),
    ]
